/** iAdvize's two platforms: standard and high availability. */
export type Platform = 'sd' | 'ha';

/** A website as some call names it; without a platform where the caller left it out. */
export interface WebsiteRef {
  platform?: Platform;
  number: string;
}

const SPELLING = /^(?:(sd|ha)-)?0*(\d{1,15})$/i;

/** Reads "123", 123, "ha-123" and "HA-123" (contract 0.4); undefined for anything else. */
export function parseWebsiteRef(value: string | number): WebsiteRef | undefined {
  const [, platform, number] = SPELLING.exec(String(value).trim()) ?? [];
  if (number === undefined) return undefined;
  return platform === undefined ? { number } : { platform: platform.toLowerCase() as Platform, number };
}

/** The installation ids a website may mean, likeliest first. */
export function installationCandidates(website: WebsiteRef, defaultPlatform: Platform): string[] {
  if (website.platform !== undefined) return [`${website.platform}-${website.number}`];
  const other: Platform = defaultPlatform === 'ha' ? 'sd' : 'ha';
  return [`${defaultPlatform}-${website.number}`, `${other}-${website.number}`];
}

/** The installation that a path names: "HA-123" and "ha-123" are one. Undefined for what cannot be the id of any. */
export function installationIdOf(text: string): string | undefined {
  const ref = parseWebsiteRef(text);
  return ref?.platform === undefined ? undefined : `${ref.platform}-${ref.number}`;
}
