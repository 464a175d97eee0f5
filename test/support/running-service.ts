import type { Balancer } from './balancer.ts';
import { adminAt, type ServiceProcess } from './service-process.ts';
import { ADMIN_TOKEN } from './test-environment.ts';

export type Role = 'all' | 'web' | 'worker';

/** How operators run the service. Several processes need PostgreSQL: an embedded database belongs to one. */
const ONE_PROCESS = { shape: 'one process', roles: ['all'] } as const;
const FLEET = { shape: 'two webs and three workers', roles: ['web', 'web', 'worker', 'worker', 'worker'] } as const;

export interface Shape {
  shape: string;
  roles: readonly Role[];
}
export const SHAPES: readonly Shape[] =
  process.env['DATABASE_URL'] === undefined ? [ONE_PROCESS] : [ONE_PROCESS, FLEET];
export const FLEET_ROLES: readonly Role[] = FLEET.roles;

/** The service, whatever it runs as. */
export interface RunningService {
  /** Where iAdvize and the operator call: each connection goes to the next web. */
  url: string;
  admin: ServiceProcess['admin'];
  processes: readonly ServiceProcess[];
  webs: readonly ServiceProcess[];
  workers: readonly ServiceProcess[];
  /** What the processes answer there, each answer once. */
  probe(path: string): Promise<number[]>;
  /** The counter of that name and labels, as `GET /metrics` has it, of all its webs together. */
  counted(series: string): Promise<number>;
  /** One of its processes has ended. */
  hasEnded(): boolean;
  /** Sends every process the signal; resolves with how each of them ended. */
  end(signal: NodeJS.Signals): Promise<(number | NodeJS.Signals)[]>;
}

/** Processes that are one service, with these roles. */
export function asOneService(
  processes: readonly ServiceProcess[],
  roles: readonly Role[],
  { url }: Pick<Balancer, 'url'>,
): RunningService {
  const inRole = (role: Role): ServiceProcess[] =>
    processes.filter((_process, index) => roles[index] === role || roles[index] === 'all');
  return {
    url,
    admin: adminAt(url),
    processes,
    webs: inRole('web'),
    workers: inRole('worker'),
    async probe(path) {
      const answers = await Promise.all(processes.map((one) => fetch(`${one.url}${path}`)));
      return [...new Set(answers.map(({ status }) => status))];
    },
    async counted(series) {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      const answers = inRole('web').map(async (web) => (await fetch(`${web.url}/metrics`, { headers })).text());
      const lines = (await Promise.all(answers)).map((text) =>
        text.split('\n').find((one) => one.startsWith(`${series} `)),
      );
      return lines.reduce((sum, line) => sum + Number(line?.slice(series.length + 1)), 0);
    },
    hasEnded: () => processes.some((one) => one.hasEnded()),
    end: (signal) => Promise.all(processes.map((one) => one.end(signal))),
  };
}
