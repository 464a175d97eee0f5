import { type Components, describeSchema, type SchemaDescription, type SchemaRow } from './describe-schema.ts';
import { type Html, html, prose } from './html.ts';
import type { DocumentedContent } from './openapi-document.ts';

/** Who has to know which members can be missing: of what is sent, those that must be there are marked; else the others. */
export type Direction = 'sent' | 'answered';

/** A body by media type; types that take the same schema are shown once. */
export function contentHtml(
  content: Readonly<Record<string, DocumentedContent>>,
  components: Components,
  direction: Direction,
): Html {
  const groups = new Map<string, { types: string[]; content: DocumentedContent }>();
  for (const [type, one] of Object.entries(content)) {
    const key = JSON.stringify(one.schema);
    const group = groups.get(key);
    if (group) group.types.push(type);
    else groups.set(key, { types: [type], content: one });
  }
  return html`${[...groups.values()].map(({ types, content: { schema, examples = {} } }) => {
    const description = describeSchema(schema, components);
    return html`<p class="type">
        ${types.map((type, index) => html`${index > 0 ? ' or ' : ''}<code>${type}</code>`)}:
        ${description.type === 'object' ? 'object' : html`<code>${description.type}</code>`}
      </p>
      ${describedHtml(description, direction)}
      ${Object.entries(examples).map(([name, { value }]) => exampleHtml(name, value))}`;
  })}`;
}

function describedHtml({ rows, choices }: SchemaDescription, direction: Direction): Html {
  if (choices.length > 0) {
    return html`${choices.map(
      ({ name, description }) =>
        html`<details class="choice">
          <summary>${prose(name)}</summary>
          ${describedHtml(description, direction)}
        </details>`,
    )}`;
  }
  if (rows.length === 0) return html``;
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Member</th>
        <th scope="col">Type</th>
        <th scope="col">Meaning</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map((row) => rowHtml(row, direction))}
    </tbody>
  </table>`;
}

function rowHtml({ name, type, required, description }: SchemaRow, direction: Direction): Html {
  const mark =
    direction === 'sent' ? required && html` <strong>required</strong>` : !required && html` <em>optional</em>`;
  return html`<tr>
    <th scope="row"><code>${breakable(name)}</code></th>
    <td><code>${type}</code>${mark || undefined}</td>
    <td>${prose(description)}</td>
  </tr>`;
}

/** A long dotted name breaks behind a dot. */
const breakable = (name: string): Html =>
  html`${name.split('.').map((part, index) => (index === 0 ? html`${part}` : html`.<wbr />${part}`))}`;

function exampleHtml(name: string, value: unknown): Html {
  return html`<figure>
    <figcaption>Example: ${name}</figcaption>
    <pre>${JSON.stringify(value, undefined, 2)}</pre>
  </figure>`;
}
