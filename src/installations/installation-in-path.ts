import { HttpError } from '../http/errors.ts';
import { plainText } from '../http/paging.ts';
import { installationIdOf } from './website-ref.ts';

export const noInstallation = (): HttpError =>
  new HttpError('not-found', 'There is no installation of that id. Ids look like "ha-123".');

/** The installation id that a path names, in any of its spellings. Throws 404 for what cannot be the id of any. */
export function installationInPath(text: string): string {
  const id = installationIdOf(text);
  if (id === undefined) throw noInstallation();
  return id;
}

/** A filter of a list: "HA-0123" means what "ha-123" means, and what is no id finds nothing. */
export const installationFilter = plainText(40).transform((text) => installationIdOf(text) ?? text);
