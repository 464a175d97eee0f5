export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Only http: and https:, without credentials. */
  readonly url: URL;
  /** Must not hold headers that the client owns: framing, connection, host and Accept-Encoding. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as UTF-8. */
  readonly body?: string | Buffer;
  /** Milliseconds for everything: waiting for a free connection, connecting, sending and the whole answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Longest accepted answer in bytes; 5 MiB unless told. */
  readonly maxBodyBytes?: number;
  /** `cut` gives the beginning of a longer answer, up to `maxBodyBytes`, instead of failing. */
  readonly overlongBody?: 'fail' | 'cut';
}

export interface OutgoingResponse {
  readonly status: number;
  /** Names in lower case; a header that came several times is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
