import { expect, test } from '@jest/globals';
import { type ContractWorld, storedTexts } from '../contract-world.ts';
import { WRONG } from '../subject.ts';

export function checkingTests(world: () => ContractWorld): void {
  test('settings that work pass the check, which leaves no trace', async () => {
    const { running, destination } = world();
    const before = running.startedChats();
    const findings = await destination.check();
    expect(findings.map(({ code }) => code)).toContain('works');
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(running.startedChats()).toEqual(before);
  });

  test('the check names what is wrong, and quotes no secret', async () => {
    const { running, open } = world();
    expect(running.wrongSettings.length).toBeGreaterThan(0);
    for (const { what, settings, field } of running.wrongSettings) {
      const findings = (await open(settings).destination.check()).filter(({ ok }) => !ok);
      expect({ what, fields: [...new Set(findings.map((finding) => finding.field))] }).toEqual({
        what,
        fields: [field],
      });
      expect(JSON.stringify(findings)).not.toContain(WRONG);
    }
  });

  test('the check names a host that nobody answers at', async () => {
    const { running, open } = world();
    const findings = await open(running.settings('http://127.0.0.1:9')).destination.check();
    const faults = findings.filter(({ ok }) => !ok).map(({ field, code }) => ({ field, code }));
    expect(faults).toEqual([{ field: 'baseUrl', code: 'unreachable' }]);
  });

  test.each([-2, 2])('the check names a clock that is %d hours off, and nothing else', async (hours) => {
    const { running, destination } = world();
    running.skewClock(hours * 3_600_000);
    const findings = await destination.check();
    running.skewClock(0);
    const faults = findings.filter(({ ok }) => !ok);
    expect(faults.map(({ field, code }) => ({ field, code }))).toEqual([{ field: '', code: 'clock-skew' }]);
    expect(faults[0]?.sentence).toContain(`120 minutes ${hours > 0 ? 'ahead of' : 'behind'} ours`);
  });

  test('a clock that is wrong loses and doubles nothing', async () => {
    const { running } = world();
    const chat = await world().chat();
    for (const hours of [-3, 3, 0]) {
      running.skewClock(hours * 3_600_000);
      await chat.say(`at ${hours}`);
      running.agentWrites(chat.remoteId, `noted ${hours}`);
      await chat.readUntil((events) => storedTexts(events).includes(`noted ${hours}`));
    }
    running.skewClock(0);
    expect(chat.sentTexts()).toEqual(['at -3', 'at 3', 'at 0']);
  });

  test.each([401, 403])(
    'refused with %i whatever is called: a fault of the credentials or of a right',
    async (status) => {
      const { running, destination } = world();
      running.faults.add({ match: { path: /./ }, times: Infinity, kind: 'status', status });
      const faults = (await destination.check()).filter(({ ok }) => !ok);
      expect(faults.length).toBeGreaterThan(0);
      for (const { field, sentence } of faults)
        expect([field, sentence]).toEqual([expect.stringMatching(/./), expect.stringMatching(/\.$/)]);
    },
  );
}
