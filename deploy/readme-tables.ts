import type { Capabilities, DestinationType } from '../src/destinations/contract.ts';
import { type SettingRow, settingRows } from './setting-rows.ts';

const CAPABILITIES: Record<keyof Capabilities, { question: string; yes: string; no: string }> = {
  startCarriesText: {
    question: 'How the first text travels',
    yes: 'within the call that starts the chat',
    no: 'as a message of its own, once the chat has started',
  },
  canFindStarted: {
    question: 'When the answer to a start was lost',
    yes: 'the chat is looked for before another one is started',
    no: "nobody can look: the installation's `uncertainPolicy` decides, and unless it is set the start is sent again",
  },
  listensPerChat: {
    question: 'How answers are read',
    yes: 'one long poll for each open chat',
    no: 'one reading for all open chats together',
  },
  sendsFiles: { question: 'Files of the conversation', yes: 'are uploaded', no: 'are announced with name and address' },
  knowsOurIds: {
    question: 'A message in doubt is recognised by',
    yes: 'the id it was sent with',
    no: 'its text, equal ones counted',
  },
  pushesHints: {
    question: 'Hints that there is something to read',
    yes: 'at `/callbacks/<installation>/<destination>`',
    no: 'none',
  },
};

/** The README's table of environment variables, as markdown that is not laid out yet. */
export function configurationTable(rows: readonly SettingRow[]): string {
  const cells = rows.map((row) => [code(row.name), defaultCell(row), row.meaning]);
  return asIs([table(['Variable', 'Default', 'Meaning'], cells)]);
}

/** What the chat systems can do, side by side; then the settings they share, and where each one's own are. */
export function destinationSections(types: readonly DestinationType[]): string {
  const places = types.map(
    ({ title, type }) => `- ${title} (${code(type)}): [its own settings](${settingsFile(type)})`,
  );
  const shared = ['### Settings of every destination', settingsTable(sharedRows(types), [])];
  return asIs([capabilityTable(types), ...shared, places.join('\n')]);
}

/** Beside the destination's code, from the project's root. */
export const settingsFile = (type: string): string => `src/destinations/${type}/SETTINGS.md`;

/** The page of one destination's own settings, as markdown that is not laid out yet. */
export function settingsPage(type: DestinationType, types: readonly DestinationType[]): string {
  const shared = sharedRows(types);
  const own = settingRows(type.settings).filter((row) => !shared.some((other) => isSame(row, other)));
  const more =
    "Made from `definition.ts` by `npm run docs`. What every destination has besides stands in the project's README.";
  return [`# Settings of ${type.title} (${code(type.type)})`, more, asIs([settingsTable(own, type.secretPaths)])].join(
    '\n\n',
  );
}

/** Laid out by hand: padded to the longest sentence, a table's source is unreadable. */
function asIs(parts: readonly string[]): string {
  return ['<!-- prettier-ignore-start -->', ...parts, '<!-- prettier-ignore-end -->'].join('\n\n');
}

const isSame = (one: SettingRow, other: SettingRow): boolean =>
  one.name === other.name && one.defaultText === other.defaultText && one.meaning === other.meaning;

function sharedRows([first, ...others]: readonly DestinationType[]): SettingRow[] {
  if (!first || others.length === 0) return [];
  const isShared = (row: SettingRow): boolean =>
    others.every((type) => settingRows(type.settings).some((other) => isSame(row, other)));
  return settingRows(first.settings).filter(isShared);
}

function settingsTable(rows: readonly SettingRow[], secretPaths: readonly string[]): string {
  return table(
    ['Setting', 'Default', 'Meaning'],
    rows.map((row) => [
      code(row.name),
      defaultCell(row),
      secretPaths.includes(row.name) ? `Secret. ${row.meaning}` : row.meaning,
    ]),
  );
}

function capabilityTable(types: readonly DestinationType[]): string {
  const names = Object.keys(CAPABILITIES) as (keyof Capabilities)[];
  return table(
    ['Capability', ...types.map(({ title }) => title)],
    names.map((name) => [
      CAPABILITIES[name].question,
      ...types.map(({ capabilities }) => CAPABILITIES[name][capabilities[name] ? 'yes' : 'no']),
    ]),
  );
}

function defaultCell({ required, defaultText }: SettingRow): string {
  if (required) return 'required';
  return defaultText === undefined ? 'unset' : code(defaultText);
}

const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** "|" would end the cell anywhere, "<" would begin a tag outside of code. */
function cell(text: string): string {
  const parts = text.split(/(`[^`]*`)/);
  return parts
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
    .join('')
    .replaceAll('|', '\\|');
}
