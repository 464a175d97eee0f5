/** Which language an agent was last served in: an action's call does not say. */
export interface AgentLanguages {
  remember(installationId: string, operatorId: string | undefined, locale: string | undefined): void;
  of(installationId: string, operatorId: string | undefined): string | undefined;
}

/** Agents that are remembered at most; the one unheard of for longest goes first. */
const CAPACITY = 10_000;

/** "9999" and "ha-9999" are one agent (contract 0.4). */
const keyOf = (installationId: string, operatorId: string): string =>
  `${installationId}/${operatorId.replace(/^(ha|sd)-/i, '')}`;

export function createAgentLanguages(): AgentLanguages {
  const locales = new Map<string, string>();
  return {
    remember(installationId, operatorId, locale) {
      if (operatorId === undefined || locale === undefined) return;
      const key = keyOf(installationId, operatorId);
      locales.delete(key);
      locales.set(key, locale);
      const [oldest] = locales.keys();
      if (locales.size > CAPACITY && oldest !== undefined) locales.delete(oldest);
    },
    of: (installationId, operatorId) =>
      operatorId === undefined ? undefined : locales.get(keyOf(installationId, operatorId)),
  };
}
