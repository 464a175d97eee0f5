import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { configurationTable, destinationSections, settingsPage } from '../../deploy/readme-tables.ts';
import type { DestinationType } from '../../src/destinations/contract.ts';
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts';

const rowsOf = (markdown: string): string[] => markdown.split('\n').filter((line) => line.startsWith('|'));

describe('configurationTable', () => {
  test('says what is required, what has a default and what has none', () => {
    const row = { required: false, defaultText: undefined, meaning: 'Says it.' };
    expect(
      rowsOf(
        configurationTable([
          { ...row, name: 'A', required: true },
          { ...row, name: 'B', defaultText: '8080' },
          { ...row, name: 'C' },
        ]),
      ),
    ).toEqual([
      '| Variable | Default | Meaning |',
      '| --- | --- | --- |',
      '| `A` | required | Says it. |',
      '| `B` | `8080` | Says it. |',
      '| `C` | unset | Says it. |',
    ]);
  });

  test('a meaning cannot break out of its cell nor begin a tag', () => {
    const meaning = 'https://<system>/api or `/push/<key>`, a|b';
    const [, , row] = rowsOf(configurationTable([{ name: 'A', required: true, defaultText: undefined, meaning }]));
    expect(row).toBe('| `A` | required | https://&lt;system>/api or `/push/<key>`, a\\|b |');
  });
});

describe('destinationSections', () => {
  const type: DestinationType = {
    ...DESTINATION_TYPES[0]!,
    type: 'echo',
    title: 'Echo',
    settings: z.strictObject({
      baseUrl: z.url().describe('Address.'),
      login: z.strictObject({ password: z.string().describe('Password.') }).describe('Login.'),
    }),
    secretPaths: ['login.password'],
    capabilities: { ...DESTINATION_TYPES[0]!.capabilities, startCarriesText: true, canFindStarted: false },
  };

  test('capabilities side by side, then where the settings are', () => {
    const markdown = destinationSections([type]);
    expect(markdown).toContain('\n- Echo (`echo`): [its own settings](src/destinations/echo/SETTINGS.md)\n');
    expect(rowsOf(markdown)).toEqual([
      '| Capability | Echo |',
      '| --- | --- |',
      '| How the first text travels | within the call that starts the chat |',
      expect.stringContaining('`uncertainPolicy`'),
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^\| .+ \| .+ \|$/)),
      '| Setting | Default | Meaning |',
      '| --- | --- | --- |',
    ]);
  });

  test('a page of its own settings for each', () => {
    const page = settingsPage(type, [type]);
    expect(page).toMatch(/^# Settings of Echo \(`echo`\)\n/);
    expect(rowsOf(page)).toEqual([
      '| Setting | Default | Meaning |',
      '| --- | --- | --- |',
      '| `baseUrl` | required | Address. |',
      '| `login` | required | Login. |',
      '| `login.password` | required | Secret. Password. |',
    ]);
  });

  test('what two say with the same words and default stands once, above both', () => {
    const settings = z.strictObject({
      baseUrl: z.url().describe('Address.'),
      limit: z.int().default(5).describe('Limit.'),
    });
    const types = [type, { ...type, type: 'other', title: 'Other', settings }];
    const every = destinationSections(types);
    const [first, second] = types.map((one) => settingsPage(one, types));
    expect(every).toContain('`baseUrl`');
    expect(first! + second!).not.toContain('`baseUrl`');
    expect(second).toContain('`limit`');
    expect(first! + every).not.toContain('`limit`');
  });

  test('the opposite capabilities read differently', () => {
    const capabilities = { ...type.capabilities, startCarriesText: false, canFindStarted: true };
    const markdown = destinationSections([{ ...type, capabilities }]);
    expect(markdown).toContain('as a message of its own');
    expect(markdown).toContain('is looked for before another one is started');
  });

  test('every type of the registry is named', () => {
    const places = destinationSections(DESTINATION_TYPES).match(/^- .*$/gm) ?? [];
    expect(places).toHaveLength(DESTINATION_TYPES.length);
    for (const [index, { title }] of DESTINATION_TYPES.entries()) expect(places[index]).toContain(title);
  });
});
