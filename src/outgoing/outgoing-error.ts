/** `not-sent`: proven that no byte of the request left. `in-doubt`: the other side may have it and may act on it. */
export type OutgoingPhase = 'not-sent' | 'in-doubt';

// One table, so that a code can never travel with the wrong phase, and a new code cannot be added without deciding it.
const PHASES = {
  'bad-url': 'not-sent',
  'bad-request': 'not-sent',
  'address-refused': 'not-sent',
  'dns-failed': 'not-sent',
  'connect-refused': 'not-sent',
  'connect-timeout': 'not-sent',
  'tls-failed': 'not-sent',
  'aborted-before-sending': 'not-sent',
  timeout: 'in-doubt',
  cut: 'in-doubt',
  'body-too-large': 'in-doubt',
  'bad-response': 'in-doubt',
  aborted: 'in-doubt',
} as const satisfies Record<string, OutgoingPhase>;

export type OutgoingErrorCode = keyof typeof PHASES;

const ADVICE: Readonly<Record<OutgoingErrorCode, string>> = {
  'bad-url': 'the address cannot be called; use an http: or https: URL without a user name or password in it',
  'bad-request': 'the request cannot be written as HTTP; check the configured credentials for line breaks',
  'address-refused':
    'the address is private or reserved and was not called; use a public one, or set ALLOW_PRIVATE_UPSTREAMS=true if it is meant',
  'dns-failed': 'the host name could not be resolved; check its spelling and the DNS of this host',
  'connect-refused': 'no connection could be made; check the host, the port and the firewall',
  'connect-timeout': 'no connection was made in time; check the host, the port and the firewall',
  'tls-failed': 'no secure connection could be made; check the certificate and that the port speaks TLS',
  'aborted-before-sending': 'the call was given up before anything was sent; it is safe to repeat',
  timeout: 'no complete answer came in time; look whether the call had an effect before repeating it',
  cut: 'the connection was cut before the answer was complete; look whether the call had an effect before repeating it',
  'body-too-large': 'the answer is larger than allowed; ask for less or raise the limit',
  'bad-response': 'the answer is not valid HTTP; check what listens at this address',
  aborted: 'the call was given up while it was under way; look whether it had an effect before repeating it',
};

/**
 * Why an outgoing call has no answer. `phase` and `code` are what callers decide by; `message` is for people and
 * holds no more of the request than its host and port. The underlying error is left out on purpose:
 * Node puts raw answer bytes on parse errors, and they would end up in a log.
 */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError';
  readonly phase: OutgoingPhase;
  readonly code: OutgoingErrorCode;

  /**
   * @param target host, or host and port; nothing else of the URL
   * @param detail a system error code such as `ECONNREFUSED`
   */
  constructor(code: OutgoingErrorCode, target: string, detail?: string) {
    super(`${target || 'outgoing call'}: ${ADVICE[code]}${detail === undefined ? '' : ` (${detail})`}`);
    this.code = code;
    this.phase = PHASES[code];
  }
}
