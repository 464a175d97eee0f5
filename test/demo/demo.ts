import { once } from 'node:events';
import { playImport } from './catalogue-scene.ts';
import { createChecks } from './checks.ts';
import { teachIadvize } from './conversations.ts';
import { type DemoWorld, startDemoWorld } from './demo-world.ts';
import { playClosingForm } from './form-scene.ts';
import { showHowToGoOn } from './how-to-go-on.ts';
import { playInstallation } from './install-scene.ts';
import { heading, say } from './narrator.ts';
import { playSearch } from './search-scene.ts';
import { playConversations } from './second-act.ts';
import { checkHistory, playProfile } from './visitor-scene.ts';

/** Both acts. Every check that is told decides whether it was right. */
async function play(world: DemoWorld): Promise<boolean> {
  const checks = createChecks();
  await playInstallation(world, checks);
  await playImport(world, checks);
  await playSearch(world, checks);
  await playProfile(world, checks);
  await playClosingForm(world, checks);
  await playConversations(world, checks);
  await checkHistory(world, checks);
  const wrong = checks.findings.filter(({ right }) => !right);
  heading(`${checks.findings.length - wrong.length} of ${checks.findings.length} checks are right`);
  for (const { sentence } of wrong) console.log(`✘ WRONG: ${sentence}`);
  return wrong.length === 0;
}

async function main(): Promise<boolean> {
  heading('Starting');
  say(
    'demo',
    'simulators of iAdvize, Thulium, XM, ServicePattern and a web shop, and the service on an embedded database',
  );
  const world = await startDemoWorld();
  try {
    teachIadvize(world.rest);
    say('service', `listening at ${world.service.url}`);
    const right = await play(world);
    if (process.argv.includes('--keep')) {
      showHowToGoOn(world);
      await once(process, 'SIGINT');
    }
    return right;
  } finally {
    await world.stop();
  }
}

main().then(
  (right) => {
    console.log(right ? '\nAll of it is right.' : '\nSomething is wrong: see above.');
    process.exitCode = right ? 0 : 1;
  },
  (error: unknown) => {
    console.error(`\nThe demo could not finish: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
