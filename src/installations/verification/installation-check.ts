import type { DestinationType } from '../../destinations/contract.ts';
import { fault, fine, type Finding } from '../../destinations/finding.ts';
import { withDeadline } from '../../outgoing/deadline-client.ts';
import type { HttpClient } from '../../outgoing/http-client.ts';
import type { Installation } from '../installations.ts';
import type { DestinationSetting } from '../settings-schema.ts';
import { checkCatalogueUrl } from './catalogue-check.ts';
import { type AskRestKey, checkApiKey } from './plain-field.ts';

/** An operator waits at a terminal. */
const LIMIT_MS = 20_000;

/** A finding and what it is about: a destination's id, `iadvize`, `catalogue` or `installation`. */
export type SubjectFinding = Finding & { subject: string };

export interface InstallationCheckParts {
  types: readonly DestinationType[];
  http: HttpClient;
  askRestKey: AskRestKey;
  limitMs?: number;
}

/** Asks every system of an installation whether its settings work. Changes nothing anywhere. */
export type InstallationCheck = (installation: Installation) => Promise<SubjectFinding[]>;

export function createInstallationCheck(parts: InstallationCheckParts): InstallationCheck {
  const { types, http, askRestKey, limitMs = LIMIT_MS } = parts;

  function checkDestination({ type: name, settings }: DestinationSetting, deadline: number): Promise<Finding[]> {
    const type = types.find((candidate) => candidate.type === name);
    if (!type) throw new Error(`no destination type ${name}`);
    const dependencies = { http: withDeadline(http, deadline), now: () => new Date() };
    return type.open(settings, dependencies).destination.check();
  }

  function checkIadvize({ settings, platform, websiteId }: Installation, deadline: number): Promise<Finding[]> {
    const { restApiKey, graphqlUsername, graphqlPassword } = settings.iadvize ?? {};
    if (restApiKey !== undefined) return checkApiKey(askRestKey(restApiKey, { platform, websiteId }, deadline));
    const hasLogin = graphqlUsername !== undefined && graphqlPassword !== undefined;
    const sentence = 'There is no iAdvize REST key: visitors and transcripts cannot be read over REST.';
    return Promise.resolve([
      hasLogin ? fine('not-configured', sentence) : fault('iadvize.restApiKey', 'missing', `${sentence} Ask for one.`),
    ]);
  }

  async function checkCatalogue({ settings }: Installation, deadline: number): Promise<Finding[]> {
    const url = settings.catalogue?.url;
    if (url === undefined) return [fine('not-configured', 'No catalogue is read from an address.')];
    return checkCatalogueUrl(url, 'catalogue.url', withDeadline(http, deadline));
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
      ['iadvize', checkIadvize(installation, deadline)],
      ['catalogue', checkCatalogue(installation, deadline)],
    ];
    const found = await Promise.all(
      checks.map(async ([subject, check]) => (await check).map((finding) => ({ subject, ...finding }))),
    );
    return found.flat();
  };
}
