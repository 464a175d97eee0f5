import { randomUUID } from 'node:crypto';

export interface FormFile {
  name: string;
  contentType: string;
  bytes: Buffer;
}

/** A form with the one part `file` (contract 2), as browsers write it: quotes and line breaks in a name are escaped. */
export function multipartFile({ name, contentType, bytes }: FormFile): { type: string; bytes: Buffer } {
  const boundary = `----${randomUUID()}`;
  const filename = name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(contentType) ? contentType : 'application/octet-stream';
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="file"; filename="${filename}"`,
    `Content-Type: ${type}`,
    '',
    '',
  ].join('\r\n');
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
