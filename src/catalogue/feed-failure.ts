/** Why an import did not become the live one: a closed list, stored with the import, and what the operator should do. */
const ADVICE = {
  'unknown-format':
    'The feed is in none of the formats that can be read: Google Merchant Center XML, CSV, TSV, JSON, NDJSON. Correct the address, or set the format.',
  broken: 'The feed is not well formed. Correct it where it is made.',
  truncated: 'The feed ended before its end. Import it again; if it stays so, correct it where it is made.',
  empty: 'The feed holds no usable item. The problems below say what was wrong with the first ones.',
  shrunk:
    'The feed has fewer than half of the items that are live now, which looks like an accident. If it is meant, set catalogue.allowShrink or import with allowShrink=true.',
  'too-large': 'The feed is larger than allowed. Split it, or raise catalogue.maxMegabytes.',
  'item-too-large': 'One item of the feed is larger than 4 MiB. Is it really a feed of that format?',
  'too-slow': 'The import took longer than allowed. Serve the feed from a faster place, or make it smaller.',
  redirected: 'The feed’s address answers with a redirect, which is not followed. Enter the final address.',
  'refused-by-server': 'The feed’s server did not hand the feed out.',
  unreachable: 'The feed could not be fetched.',
  interrupted: 'The import was interrupted because the service stopped. It is repeated by the schedule.',
  removed: 'The installation was removed during the import.',
  internal: 'Something went wrong here. The service’s log has the details.',
} as const;

export type FeedFailureCode = keyof typeof ADVICE;

export const FEED_FAILURES = Object.keys(ADVICE) as FeedFailureCode[];

/** Ends an import. `message` is shown to the operator and holds nothing of the feed but line numbers. */
export class FeedFailure extends Error {
  override readonly name = 'FeedFailure';
  readonly code: FeedFailureCode;

  /** @param where what to put before the advice, such as "Line 12: …" */
  constructor(code: FeedFailureCode, where?: string, options: { cause?: unknown } = {}) {
    super(where === undefined ? ADVICE[code] : `${where} ${ADVICE[code]}`, options);
    this.code = code;
  }
}
