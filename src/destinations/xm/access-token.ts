import { z } from 'zod';

const claimsSchema = z.object({
  iat: z.number().optional(),
  exp: z.number().optional(),
  sub: z.string().optional(),
});

/** Claims of an access token; empty when it is not a JWT. Not verified: XM made it, and XM judges it. */
export function claimsOf(token: string): z.infer<typeof claimsSchema> {
  try {
    return claimsSchema.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')));
  } catch {
    return {};
  }
}

/**
 * When a token ends, in ms by our clock; undefined when it does not say. Counted from when it came where that is known,
 * for XM's clock may differ from ours.
 */
export function endOf(token: string, receivedAt: number | undefined): number | undefined {
  const { iat, exp } = claimsOf(token);
  if (exp === undefined) return undefined;
  return iat === undefined || receivedAt === undefined ? exp * 1000 : receivedAt + (exp - iat) * 1000;
}
