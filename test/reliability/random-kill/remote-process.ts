import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromRemote, RemoteSetup, ToRemote } from './remote-messages.ts';
import { type Story, SYSTEMS } from './story.ts';

const PROGRAM = fileURLToPath(new URL('remote-side.ts', import.meta.url));

export interface RemoteProcess {
  urls: Extract<FromRemote, { kind: 'ready' }>['urls'];
  /** Makes a conversation known to iAdvize. */
  learn(story: Story): Promise<void>;
  /** Resolves when the agents of all chat systems have had their say there, or after `limitMs`. */
  allAnswered(conversationId: number, limitMs: number): Promise<void>;
  /** Switches the faults off; what is slow to show stays slow. */
  calm(): void;
  stop(): Promise<void>;
}

/** Starts iAdvize and the chat systems in their own process. */
export async function startRemoteProcess(setup: RemoteSetup): Promise<RemoteProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(setup)], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const answered = new Map<number, Set<string>>();
  const heard = new EventEmitter().setMaxListeners(0);
  child.on('message', (message: FromRemote) => {
    if (message.kind === 'answered') {
      const systems = answered.get(message.conversationId) ?? new Set();
      answered.set(message.conversationId, systems.add(message.system));
    }
    heard.emit(message.kind === 'ready' ? 'ready' : `${message.kind}-${message.conversationId}`, message);
  });
  const send = (message: ToRemote): void => void child.send(message);
  const [ready] = (await Promise.race([
    once(heard, 'ready'),
    once(child, 'exit').then(() => Promise.reject(new Error('the remote side did not start'))),
  ])) as [Extract<FromRemote, { kind: 'ready' }>];

  return {
    urls: ready.urls,
    async learn(story) {
      const known = once(heard, `known-${story.conversationId}`);
      send({ kind: 'learn', story });
      await known;
    },
    async allAnswered(conversationId, limitMs) {
      const signal = AbortSignal.timeout(limitMs);
      while ((answered.get(conversationId)?.size ?? 0) < SYSTEMS.length && !signal.aborted) {
        await once(heard, `answered-${conversationId}`, { signal }).catch(() => undefined);
      }
    },
    calm: () => send({ kind: 'calm' }),
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
