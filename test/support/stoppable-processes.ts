import type { ChatStage } from './chat-stage.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import type { StoppableService } from './stop-rounds.ts';
import type { Storage } from './storage.ts';

export interface ProcessesToStop {
  stage: ChatStage;
  storage: Storage;
  /** One process of each; the first one takes the calls. */
  roles: readonly ('all' | 'web' | 'worker')[];
  /** `src/main.ts` unless told. */
  entry?: string;
}

/** The service as its processes, all of which get their SIGTERM at the same time. `exits`: how each life of each ended. */
export function processesToStop({ stage, storage, roles, entry }: ProcessesToStop) {
  const exits: (number | NodeJS.Signals)[] = [];

  async function start(port: number): Promise<StoppableService> {
    const shared = { ...storage.environment, ...stage.environment };
    const processes = await Promise.all(
      roles.map((role, index) =>
        startServiceProcess({ ...shared, ROLE: role, ...(index === 0 && { PORT: String(port) }) }, entry),
      ),
    );
    const first: ServiceProcess = processes[0]!;
    await first.admin('POST', '/installations', stage.installation(1, ['thulium', 'xm']));
    return {
      admin: async (path) => (await first.admin('GET', path)).json(),
      async stop() {
        exits.push(...(await Promise.all(processes.map((one) => one.end('SIGTERM')))));
      },
    };
  }

  return { exits, start };
}
