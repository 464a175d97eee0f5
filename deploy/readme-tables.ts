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
};

/** The README's table of environment variables, as markdown that is not laid out yet. */
export function configurationTable(rows: readonly SettingRow[]): string {
  return table(
    ['Variable', 'Default', 'Meaning'],
    rows.map((row) => [code(row.name), defaultCell(row), row.meaning]),
  );
}

/** For each chat system its settings and what it can do. */
export function destinationSections(types: readonly DestinationType[]): string {
  return types
    .flatMap((type) => [`### ${type.title} (${code(type.type)})`, settingsTable(type), capabilityTable(type)])
    .join('\n\n');
}

function settingsTable({ settings, secretPaths }: DestinationType): string {
  return table(
    ['Setting', 'Default', 'Secret', 'Meaning'],
    settingRows(settings).map((row) => [
      code(row.name),
      defaultCell(row),
      secretPaths.includes(row.name) ? 'yes' : 'no',
      row.meaning,
    ]),
  );
}

function capabilityTable({ capabilities }: DestinationType): string {
  const names = Object.keys(CAPABILITIES) as (keyof Capabilities)[];
  return table(
    ['Capability', 'Here'],
    names.map((name) => [CAPABILITIES[name].question, CAPABILITIES[name][capabilities[name] ? 'yes' : 'no']]),
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
