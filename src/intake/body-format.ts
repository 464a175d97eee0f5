/** What the Content-Type promises, as far as a webhook may have it (iAdvize contract 2.1). */
export type BodyFormat = 'json' | 'form' | 'strange';

/** A missing content type is read as JSON, which is what iAdvize documents for every payload. */
export function bodyFormat(contentType: string | undefined): BodyFormat {
  const mediaType = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'application/json' || mediaType.endsWith('+json')) return 'json';
  return mediaType === 'application/x-www-form-urlencoded' ? 'form' : 'strange';
}

/** Parses a body; undefined when it does not parse to an object. Never throws. */
export function parseBody(body: Uint8Array, format: 'json' | 'form'): Record<string, unknown> | undefined {
  const text = Buffer.from(body).toString('utf8');
  if (format === 'json') return parseObject(text);
  const form = new URLSearchParams(text);
  const payload = form.get('payload');
  return payload === null ? flatForm(form) : parseObject(payload);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** `operatorIds[]=1&operatorIds[]=2` and `operatorIds[0]=1` become an array; everything stays text. */
function flatForm(form: URLSearchParams): Record<string, unknown> {
  const fields = new Map<string, string | string[]>();
  for (const [key, value] of form) {
    const [, name] = /^([^[\]]+)\[\d*\]$/.exec(key) ?? [];
    const listed = fields.get(name ?? key);
    if (name !== undefined) fields.set(name, [...[listed ?? []].flat(), value]);
    // A name that came with brackets before stays a list.
    else fields.set(key, Array.isArray(listed) ? [...listed, value] : value);
  }
  return Object.fromEntries(fields);
}
