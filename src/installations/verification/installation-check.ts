import type { DestinationType } from '../../destinations/contract.ts';
import { fault, fine, type Finding } from '../../destinations/finding.ts';
import { settleFinding } from '../../destinations/settle-finding.ts';
import { withDeadline } from '../../outgoing/deadline-client.ts';
import type { HttpClient } from '../../outgoing/http-client.ts';
import { withTiming } from '../../outgoing/timed-client.ts';
import type { Installation } from '../installations.ts';
import type { DestinationSetting } from '../settings-schema.ts';
import { checkCatalogueUrl } from './catalogue-check.ts';
import { type AskGraphqlLogin, checkIadvize } from './iadvize-check.ts';
import type { AskRestKey } from './plain-field.ts';

/** An operator waits at a terminal. */
const LIMIT_MS = 20_000;

/** A finding and what it is about: a destination's id, `iadvize`, `catalogue` or `installation`. */
export type SubjectFinding = Finding & { subject: string };

export interface InstallationCheckParts {
  types: readonly DestinationType[];
  http: HttpClient;
  askRestKey: AskRestKey;
  askGraphqlLogin: AskGraphqlLogin;
  /** Why the last import of this installation's catalogue failed; undefined when it did not. */
  importTrouble: (installationId: string) => Promise<string | undefined>;
  limitMs?: number;
}

/** Asks every system of an installation whether its settings work. Changes nothing anywhere. */
export type InstallationCheck = (installation: Installation) => Promise<SubjectFinding[]>;

export function createInstallationCheck(parts: InstallationCheckParts): InstallationCheck {
  const { types, http, limitMs = LIMIT_MS } = parts;

  async function checkDestination({ type: name, settings }: DestinationSetting, deadline: number): Promise<Finding[]> {
    const type = types.find((candidate) => candidate.type === name);
    if (!type) throw new Error(`no destination type ${name}`);
    const timed = withTiming(withDeadline(http, deadline));
    const { destination, delivery } = type.open(settings, { http: timed, now: () => new Date() });
    const findings = await destination.check();
    const slowestMs = timed.slowestMs();
    // What answers at a wrong address is not what messages will wait for.
    if (slowestMs === undefined || findings.some(({ ok }) => !ok)) return findings;
    return [...findings, settleFinding(slowestMs, delivery.settleMs)];
  }

  async function checkCatalogue({ id, settings }: Installation, deadline: number): Promise<Finding[]> {
    const url = settings.catalogue?.url;
    const none = [fine('not-configured', 'No catalogue is read from an address.')];
    const [address, trouble] = await Promise.all([
      url === undefined ? none : checkCatalogueUrl(url, 'catalogue.url', withDeadline(http, deadline)),
      parts.importTrouble(id),
    ]);
    if (trouble === undefined) return address;
    const sentence = `The last import failed, agents see the catalogue before it. ${trouble}`.trim();
    return [...address, fault('catalogue', 'import-failed', sentence)];
  }

  return async (installation) => {
    const deadline = performance.now() + limitMs;
    const { destinations } = installation.settings;
    const none = fault(
      'destinations',
      'missing',
      'There is no chat system: conversations are carried nowhere. Add one.',
    );
    const checks: [string, Promise<Finding[]>][] = [
      ...(destinations.length === 0 ? [['installation', Promise.resolve([none])] as [string, Promise<Finding[]>]] : []),
      ...destinations.map((one): [string, Promise<Finding[]>] => [one.id, checkDestination(one, deadline)]),
      ['iadvize', checkIadvize(installation, parts, deadline)],
      ['catalogue', checkCatalogue(installation, deadline)],
    ];
    const found = await Promise.all(
      checks.map(async ([subject, check]) => (await check).map((finding) => ({ subject, ...finding }))),
    );
    return found.flat();
  };
}
