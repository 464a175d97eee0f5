import { history } from '../../simulators/iadvize-events.ts';
import { startIadvizeRest } from '../../simulators/iadvize-rest-simulator.ts';
import { createLedger } from '../../simulators/ledger.ts';
import { startServicepattern } from '../../simulators/servicepattern-simulator.ts';
import { startThulium } from '../../simulators/thulium-simulator.ts';
import { startXm } from '../../simulators/xm-simulator.ts';
import { CAPTCHA, REST_KEY, SERVICEPATTERN, THULIUM_LOGIN } from '../../support/bridge-world.ts';
import { letAgentsAnswer } from './answering-agents.ts';
import { makeCalm, makeFaulty } from './faulty-systems.ts';
import {
  type FromRemote,
  ledgerFiles,
  type RemoteSetup,
  type ToRemote,
  type WrittenAnswer,
} from './remote-messages.ts';
import { seededRandom } from './seeded-random.ts';
import { emailOf, type Story, visitorIdOf } from './story.ts';

/** iAdvize, the chat systems and their agents, in a process of their own that nobody kills. */
const { folder, seed } = JSON.parse(process.argv[2] ?? '') as RemoteSetup;
/** Short, so that tokens are renewed in the middle of kills. */
const ACCESS_TOKEN_SECONDS = 20;

const files = ledgerFiles(folder);
const rest = await startIadvizeRest({ apiKeys: [REST_KEY] });
const systems = {
  thulium: await startThulium({ ...THULIUM_LOGIN, ledgerFile: files.thulium }),
  xm: await startXm({
    captchas: { [CAPTCHA.captchaId]: CAPTCHA.captcha },
    accessTokenSeconds: ACCESS_TOKEN_SECONDS,
    ledgerFile: files.xm,
  }),
  servicepattern: await startServicepattern({ ...SERVICEPATTERN, ledgerFile: files.servicepattern }),
};
const tell = (message: FromRemote): void => void process.send?.(message);

makeFaulty(systems, seededRandom(seed));
letAgentsAnswer(systems, createLedger<WrittenAnswer>(files.answers), seededRandom(seed + 1), (conversationId, system) =>
  tell({ kind: 'answered', conversationId, system }),
);

function learn({ conversationId, texts }: Story): void {
  const email = emailOf(conversationId);
  rest.setVisitor({ id: conversationId, unique_id: visitorIdOf(conversationId), firstname: 'Ana', email });
  rest.setConversation({
    id: conversationId,
    history: history(texts.map((text) => ({ from: 'visitor' as const, text }))),
  });
}

/**
 * Lists hold what is going on, not everything that ever was: else reading them is what is measured. Longer than a reader
 * can be late: what is forgotten before it was read is lost, and nobody's fault but ours.
 */
const FORGOTTEN_AFTER_MS = 900_000;
const TIDY_EVERY_MS = 5_000;
const closedSince = new Map<string, number>();
setInterval(() => {
  for (const { conversation_id: id, status } of systems.thulium.chats()) {
    if (status !== 'CLOSED') continue;
    const since = closedSince.get(id) ?? Date.now();
    closedSince.set(id, since);
    if (Date.now() - since > FORGOTTEN_AFTER_MS) systems.thulium.deleteChat(id);
  }
}, TIDY_EVERY_MS);

process.on('message', (message: ToRemote) => {
  if (message.kind === 'calm') return makeCalm(systems);
  learn(message.story);
  tell({ kind: 'known', conversationId: message.story.conversationId });
});
// Without the one who watches nobody needs it.
process.on('disconnect', () => process.exit(0));

const { thulium, xm, servicepattern } = systems;
tell({
  kind: 'ready',
  urls: { rest: rest.url, thulium: thulium.url, xm: xm.url, servicepattern: servicepattern.url },
});
