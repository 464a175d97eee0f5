import { Router } from 'express';
import { callbackRoutes } from '../../src/callbacks/callback-routes.ts';
import { registrationRoutes } from '../../src/callbacks/registration-routes.ts';
import type { RemoteEvent } from '../../src/destinations/receiving.ts';
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts';
import { createApp } from '../../src/http/app.ts';
import { startServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { LOGIN, type OwnChat, startThuliumWorld } from '../destinations/thulium-world.ts';
import { installationsOf } from '../installations/installation-world.ts';
import { watchedLog } from '../support/leak-watch.ts';
import { openTestDatabase } from '../support/test-database.ts';

export const CALLER = { callbackUser: 'caller', callbackPassword: 'canary:password' };
export const BASIC = `Basic ${Buffer.from('caller:canary:password').toString('base64')}`;

/** The callback routes over real settings; a hint reads at once what is new in the chats that are `listenedTo`. */
export async function startCallbackWorld() {
  const thulium = await startThuliumWorld();
  const database = await openTestDatabase();
  const installations = installationsOf(database);
  const { stream, text: logs } = watchedLog();
  const logger = createLogger({ level: 'debug', stream });
  const listenedTo: OwnChat[] = [];
  const hints: string[] = [];
  const heard: RemoteEvent[] = [];
  let reading: Promise<void> = Promise.resolve();

  const poll = async (): Promise<void> => void heard.push(...(await thulium.poll(listenedTo)));
  const callbacks = callbackRoutes({
    installations,
    types: DESTINATION_TYPES,
    isOpenChat: async (_installation, _destination, id) => listenedTo.some(({ remoteId }) => remoteId === id),
    hint(installationId, destinationId) {
      hints.push(`${installationId}/${destinationId}`);
      reading = reading.then(poll);
    },
  });
  const admin = Router();
  const server = await startServer(createApp(logger, [callbacks, admin]), { port: 0, host: '127.0.0.1' });
  const publicUrl = `http://127.0.0.1:${server.port}`;
  const dependencies = { http: thulium.http, now: () => new Date() };
  admin.use(registrationRoutes({ installations, types: DESTINATION_TYPES, dependencies, publicUrl }));

  async function post(path: string, body: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${publicUrl}${path}`, { method: 'POST', headers, body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Record<string, unknown> };
  }

  return {
    thulium,
    listenedTo,
    hints,
    heard,
    logs,
    /** One reading as the interval would bring it. */
    poll: () => (reading = reading.then(poll)),
    /** Waits for the readings that hints began. */
    settled: () => reading,
    async install(websiteId: number, settings: object = CALLER) {
      const own = { baseUrl: thulium.simulator.url, ...LOGIN, chatQueueId: 3, ...settings };
      const destinations = [{ id: 'thulium-main', type: 'thulium', role: 'primary', settings: own }];
      await installations.create({ platform: 'ha', websiteId, label: `Shop ${websiteId}`, destinations });
    },
    installations,
    forget() {
      for (const list of [listenedTo, hints, heard]) list.length = 0;
    },
    call: (body: object | URLSearchParams, headers: Record<string, string> = { authorization: BASIC }, to = 'ha-1') =>
      post(`/callbacks/${to}/thulium-main`, body instanceof URLSearchParams ? body.toString() : JSON.stringify(body), {
        'content-type':
          body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8',
        ...headers,
      }),
    post,
    async register(id = 'ha-1', destination = 'thulium-main') {
      const answer = await post(`/admin/api/installations/${id}/destinations/${destination}/callbacks`, '');
      return { status: answer.status, findings: (answer.body['findings'] ?? []) as Record<string, unknown>[] };
    },
    async stop() {
      await thulium.stop();
      await server.drain();
      await database.close();
    },
  };
}

export type CallbackWorld = Awaited<ReturnType<typeof startCallbackWorld>>;
