export interface MultipartFile {
  name: string;
  contentType: string;
  bytes: Buffer;
}

/** The part `file` of a form; undefined when the form is not exactly that. */
export function readMultipartFile(contentType: string, body: Buffer): MultipartFile | undefined {
  const [, boundary] = /^multipart\/form-data; boundary=([\w'()+,./:=?-]{1,70})$/.exec(contentType) ?? [];
  if (boundary === undefined) return undefined;
  const [opening, closing] = [`--${boundary}\r\n`, `\r\n--${boundary}--\r\n`];
  const headEnd = body.indexOf('\r\n\r\n');
  const isFramed =
    body.subarray(0, opening.length).toString() === opening &&
    body.subarray(-closing.length).toString() === closing &&
    headEnd > 0;
  if (!isFramed) return undefined;
  const head = body.subarray(opening.length, headEnd).toString('utf8');
  const [, name] = /^Content-Disposition: form-data; name="file"; filename="([^"\r\n]*)"$/m.exec(head) ?? [];
  const [, type = 'application/octet-stream'] = /^Content-Type: ([^\r\n]+)$/m.exec(head) ?? [];
  if (name === undefined) return undefined;
  return { name, contentType: type, bytes: body.subarray(headEnd + 4, -closing.length) };
}
