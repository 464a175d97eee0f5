import type { DestinationType } from '../destinations/contract.ts';
import { HttpError } from '../http/errors.ts';

/** What a stored secret looks like from outside; sent back unchanged it means "keep what is stored". */
export const MASK = '********';

type Json = Record<string, unknown>;
export type Secrets = Record<string, string>;

interface SecretPlace {
  /** Names the secret in the stored object: "destinations/thulium-main/apiPassword". */
  name: string;
  holder: Json;
  field: string;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where secrets can stand in these settings, present or not. */
function secretPlaces(settings: Json, types: readonly DestinationType[]): SecretPlace[] {
  const places: SecretPlace[] = [];
  const iadvize = settings['iadvize'];
  if (isObject(iadvize)) {
    for (const field of ['restApiKey', 'graphqlPassword'])
      places.push({ name: `iadvize/${field}`, holder: iadvize, field });
  }
  const destinations = Array.isArray(settings['destinations']) ? settings['destinations'].filter(isObject) : [];
  for (const destination of destinations) {
    const type = types.find((candidate) => candidate.type === destination['type']);
    for (const path of type?.secretPaths ?? []) {
      const steps = path.split('.');
      const field = steps.pop() ?? '';
      const holder = steps.reduce<unknown>(
        (at, step) => (isObject(at) ? at[step] : undefined),
        destination['settings'],
      );
      if (isObject(holder)) places.push({ name: `destinations/${String(destination['id'])}/${path}`, holder, field });
    }
  }
  return places;
}

/** Parts settings into what may be read and what may not. */
export function takeSecrets(settings: object, types: readonly DestinationType[]): { open: Json; secrets: Secrets } {
  const open = structuredClone(settings) as Json;
  const secrets: Secrets = {};
  for (const { name, holder, field } of secretPlaces(open, types)) {
    if (typeof holder[field] === 'string') secrets[name] = holder[field];
    delete holder[field];
  }
  return { open, secrets };
}

/** The opposite of `takeSecrets`. */
export function putSecrets(open: object, secrets: Secrets, types: readonly DestinationType[]): Json {
  const settings = structuredClone(open) as Json;
  for (const { name, holder, field } of secretPlaces(settings, types)) {
    if (secrets[name] !== undefined) holder[field] = secrets[name];
  }
  return settings;
}

/** The settings as the API shows them: a stored secret is a mask, one that is not stored is not there. */
export function maskSecrets(open: object, secrets: Secrets, types: readonly DestinationType[]): Json {
  const masks = Object.fromEntries(Object.keys(secrets).map((name) => [name, MASK]));
  return putSecrets(open, masks, types);
}

/**
 * Completes new settings: a secret left out or sent back masked keeps its stored value, `null` removes it. Throws 422 for
 * a mask that stands for nothing.
 */
export function keepStoredSecrets(settings: object, stored: Secrets, types: readonly DestinationType[]): Json {
  const completed = structuredClone(settings) as Json;
  for (const { name, holder, field } of secretPlaces(completed, types)) {
    if (holder[field] === null) delete holder[field];
    else if ((holder[field] === undefined || holder[field] === MASK) && stored[name] !== undefined) {
      holder[field] = stored[name];
    } else if (holder[field] === MASK) {
      const message = `${name}: is a mask, and nothing is stored that it could stand for. Send the secret itself.`;
      throw new HttpError('invalid-input', message, { field: name });
    }
  }
  return completed;
}
