import type { SettingRow } from './setting-rows.ts';

const COLUMNS = 110;

/** Variables that deploy/compose.yaml reads from the same file and the service does not. */
const COMPOSE_ROWS: readonly SettingRow[] = [
  {
    name: 'POSTGRES_PASSWORD',
    required: true,
    defaultText: undefined,
    meaning: 'Password of the database that Compose starts. Make one: `openssl rand -hex 32`.',
  },
  {
    name: 'PUBLISHED_PORT',
    required: false,
    defaultText: '8080',
    meaning:
      'Where the host publishes `web`: a port, an address and a port (`127.0.0.1:8080`), or a range with one port for each replica (`8080-8081`).',
  },
];

/** The text of deploy/env.example. No value but defaults is in it: what is required is left empty. */
export function envExample(rows: readonly SettingRow[]): string {
  const blocks = [
    comment(
      'Every variable of the connector. An empty one counts as unset; a line that is commented out shows the default.',
    ),
    ...rows.map(block),
    comment('The rest is for deploy/compose.yaml only.'),
    ...COMPOSE_ROWS.map(block),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function block({ name, required, defaultText = '', meaning }: SettingRow): string {
  return `${comment(meaning)}\n${required ? `${name}=` : `# ${name}=${defaultText}`}`;
}

/** Comment lines of at most `COLUMNS` columns; code in backticks stays on one line. */
function comment(text: string): string {
  const lines: string[] = [];
  for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines.join('\n');
}
