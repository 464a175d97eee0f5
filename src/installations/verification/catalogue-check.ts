import { constants, gunzipSync } from 'node:zlib';
import { fault, fine, type Finding, findingsOrTrouble } from '../../destinations/finding.ts';
import { callRemote, failureOf, isSuccess } from '../../destinations/remote-call.ts';
import type { HttpClient } from '../../outgoing/http-client.ts';

const TITLE = 'The catalogue';
const TIMEOUT_MS = 15_000;

/** Enough for any feed's first item or heading, in bytes. */
const LOOK_AT_BYTES = 64 * 1024;

/** Reads the beginning of a product feed and says whether it is one. `field`: the setting that holds the address. */
export function checkCatalogueUrl(address: string, field: string, http: HttpClient): Promise<Finding[]> {
  return findingsOrTrouble(lookAt(address, field, http), field, TITLE);
}

async function lookAt(address: string, field: string, http: HttpClient): Promise<Finding[]> {
  // A server that knows ranges sends no more than this; of the others we stop reading.
  const headers = { Accept: '*/*', Range: `bytes=0-${LOOK_AT_BYTES - 1}` };
  const limits = { timeoutMs: TIMEOUT_MS, maxBodyBytes: LOOK_AT_BYTES, overlongBody: 'cut' } as const;
  const response = await callRemote(http, { method: 'GET', url: new URL(address), headers, ...limits }, 'reads');
  if (response.status === 404 || response.status === 410) {
    return [fault(field, 'request-refused', 'There is nothing at the catalogue’s address. Check it in a browser.')];
  }
  if (response.status === 401 || response.status === 403) {
    return [
      fault(
        field,
        'permission-missing',
        'The catalogue may not be read without a login. Give an address that needs none.',
      ),
    ];
  }
  if (!isSuccess(response)) throw failureOf(response, 'reads');
  if (looksLikeFeed(response.body)) return [fine('works', 'The catalogue can be read.')];
  return [
    fault(
      field,
      'not-a-feed',
      'What is at the catalogue’s address is no product feed. It must be Google Merchant XML, CSV or TSV with a heading line, or JSON.',
    ),
  ];
}

/** Whether these first bytes begin a feed of a kind that can be imported; they may end anywhere, and be gzipped. */
export function looksLikeFeed(beginning: Buffer): boolean {
  const text = unzipped(beginning)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (text.startsWith('<'))
    return /<(rss|feed|rdf:RDF|products|items|channel)[\s>]/.test(text) && !/^<(!doctype )?html/i.test(text);
  if (text.startsWith('[')) return /^\[\s*(\{\s*"|\])/.test(text);
  if (text.startsWith('{')) return /^\{\s*"[^"]*"\s*:/.test(text);
  return isHeading(text.split(/\r?\n/, 1)[0] ?? '');
}

/** The columns no feed can go without, under any of the separators in use. */
function isHeading(line: string): boolean {
  const columns = line
    .split(/[,;\t|]/)
    .map((column) => column.trim().replaceAll('"', '').replace(/^g:/i, '').toLowerCase());
  return columns.includes('id') && columns.includes('title');
}

function unzipped(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const limits = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * LOOK_AT_BYTES };
    return gunzipSync(bytes, limits);
  } catch {
    return Buffer.alloc(0);
  }
}
