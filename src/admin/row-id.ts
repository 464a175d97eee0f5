import { HttpError } from '../http/errors.ts';

/** The id of a row from a path. Whatever is no number of ours is nothing that we have: throws 404 with `notFound`. */
export function rowIdIn(params: Record<string, unknown>, notFound: string): string {
  const { id } = params;
  if (typeof id !== 'string' || !/^\d{1,18}$/.test(id)) throw new HttpError('not-found', notFound);
  return id;
}
