/** Every error this service answers with: status, and whether the same request may succeed later. */
export const ERROR_TABLE = {
  'invalid-json': { status: 400, retry: false },
  'signature-refused': { status: 401, retry: false },
  unauthorized: { status: 401, retry: false },
  forbidden: { status: 403, retry: false },
  'not-found': { status: 404, retry: false },
  'request-timeout': { status: 408, retry: true },
  conflict: { status: 409, retry: false },
  expired: { status: 410, retry: false },
  'body-too-large': { status: 413, retry: false },
  'unsupported-content-type': { status: 415, retry: false },
  'invalid-input': { status: 422, retry: false },
  'too-many-requests': { status: 429, retry: true },
  internal: { status: 500, retry: true },
  'database-unavailable': { status: 503, retry: true },
} as const;

/** When a caller that was turned away for coming too often may come back, in seconds. */
export const RETRY_AFTER_SECONDS = 60;

export type ErrorCode = keyof typeof ERROR_TABLE;

/**
 * An error with an answer. `message` is shown to the caller: it says what to do next and holds no secret and nothing the
 * caller sent. `field` names the part of the input that is at fault, as a path ("destinations.0.settings.baseUrl").
 */
export class HttpError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.field = options.field;
  }

  get status(): number {
    return ERROR_TABLE[this.code].status;
  }
}
