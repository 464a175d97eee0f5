export interface MultipartPart {
  name: string;
  /** Undefined for a part that is no file. */
  filename: string | undefined;
  contentType: string;
  content: Buffer;
}

/** The parts of a multipart body; undefined when it is none. */
export function readMultipart(contentType: string, body: Buffer): MultipartPart[] | undefined {
  const boundary = /^multipart\/form-data;\s*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  // Latin-1 keeps every byte one character, so the content can be cut out of the text.
  const text = body.toString('latin1');
  if (boundary === undefined || !text.trimEnd().endsWith(`--${boundary}--`)) return undefined;
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const [head = '', ...rest] = part.split('\r\n\r\n');
      const header = (pattern: RegExp): string | undefined => {
        const value = pattern.exec(head)?.[1];
        return value === undefined ? undefined : Buffer.from(value, 'latin1').toString('utf8');
      };
      return {
        name: header(/[; ]name="([^"]*)"/i) ?? '',
        filename: header(/filename="([^"]*)"/i),
        contentType: header(/^content-type: *(.+)$/im)?.trim() ?? 'text/plain',
        content: Buffer.from(rest.join('\r\n\r\n').replace(/\r\n$/, ''), 'latin1'),
      };
    });
}
