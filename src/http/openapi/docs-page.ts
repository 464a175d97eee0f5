import { STYLE_ELEMENT } from './docs-style.ts';
import { type Html, html, prose } from './html.ts';
import { meaningOf, typeText } from './describe-schema.ts';
import type {
  DocumentedAnswer,
  DocumentedOperation,
  DocumentedParameter,
  OpenApiDocument,
} from './openapi-document.ts';
import { contentHtml } from './schema-html.ts';

interface Placed extends DocumentedOperation {
  method: string;
  path: string;
}

/** The document as a page that needs nothing else: no script, no font, no second request. */
export function docsPage(document: OpenApiDocument, documentUrl: string): string {
  const { info, tags, servers } = document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Placed => ({ ...operation, method, path })),
  );
  const groups = tags.map((tag) => ({ ...tag, operations: operations.filter(({ tags: [own] }) => own === tag.name) }));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title}: API</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the operations</a>
        <header>
          <h1>${info.title} <small>${info.version}</small></h1>
          <p>${prose(info.description)}</p>
          <p>Base address <code>${servers[0]?.url}</code> · <a href="${documentUrl}">OpenAPI 3.1 document</a></p>
        </header>
        <nav aria-label="Operations">
          ${groups.map(navGroup)}
          <p><a href="#security">Who may call</a></p>
        </nav>
        <main id="content">
          ${groups.map(
            ({ name, description, operations: own }) =>
              html`<section aria-labelledby="${slug(name)}">
                <h2 id="${slug(name)}">${name}</h2>
                <p>${prose(description)}</p>
                ${own.map((operation) => operationHtml(operation, document))}
              </section>`,
          )}
          <section aria-labelledby="security">
            <h2 id="security">Who may call</h2>
            ${securityHtml(document)}
          </section>
        </main>
      </body>
    </html> `.text;
}

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

function navGroup({ name, operations }: { name: string; operations: readonly Placed[] }): Html {
  return html`<p><a href="#${slug(name)}">${name}</a></p>
    <ul>
      ${operations.map(({ operationId, summary }) => html`<li><a href="#${operationId}">${prose(summary)}</a></li>`)}
    </ul>`;
}

/** The anchor is inside, so that a browser that goes there opens the operation. */
function operationHtml(operation: Placed, document: OpenApiDocument): Html {
  const { operationId, method, path, summary, description, parameters, requestBody, responses } = operation;
  const { schemas } = document.components;
  return html`<details>
    <summary>
      <h3>
        <span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code>
        <span>${prose(summary)}</span>
      </h3>
    </summary>
    <div id="${operationId}" class="operation">
      ${description === undefined ? undefined : html`<p>${prose(description)}</p>`}
      <p class="guard">${guardHtml(operation)}</p>
      ${
        parameters &&
        html`<h4>Parameters</h4>
          ${parametersHtml(parameters, document)}`
      }
      ${
        requestBody &&
        html`<h4>Body</h4>
          ${requestBody.description === undefined ? undefined : html`<p>${prose(requestBody.description)}</p>`}${contentHtml(requestBody.content, schemas, 'sent')}`
      }
      <h4>Answers</h4>
      ${Object.entries(responses).map(([status, answer]) => answerHtml(status, answer, document))}
    </div>
  </details> `;
}

function guardHtml({ security }: Placed): Html {
  const names = security.flatMap((one) => Object.keys(one));
  if (names.length === 0) return html`No signature and no token needed.`;
  return html`Needs <a href="#security">${names.join(' or ')}</a>.`;
}

function parametersHtml(parameters: readonly DocumentedParameter[], { components }: OpenApiDocument): Html {
  const row = ({ name, in: place, required, description, schema }: DocumentedParameter): Html =>
    html`<tr>
      <th scope="row"><code>${name}</code></th>
      <td>${place}${required ? html`, <strong>required</strong>` : undefined}</td>
      <td><code>${typeText(schema, components.schemas)}</code></td>
      <td>${prose(meaningOf({ ...schema, ...(description !== undefined && { description }) }))}</td>
    </tr>`;
  return html`<table class="parameters">
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Where</th>
        <th scope="col">Type</th>
        <th scope="col">Meaning</th>
      </tr>
    </thead>
    <tbody>
      ${parameters.map(row)}
    </tbody>
  </table>`;
}

function answerHtml(
  status: string,
  { description, headers, content }: DocumentedAnswer,
  document: OpenApiDocument,
): Html {
  const isRefusal = content?.['application/json']?.schema.$ref?.endsWith('/Error') === true;
  return html`<div class="answer">
    <p><strong class="status s${status.charAt(0)}">${status}</strong> ${prose(description)}</p>
    ${Object.entries(headers ?? {}).map(([name, header]) => html`<p>Header <code>${name}</code>: ${prose(header.description)}</p>`)}
    ${content && !isRefusal ? contentHtml(content, document.components.schemas, 'answered') : undefined}
  </div>`;
}

function securityHtml({ components }: OpenApiDocument): Html {
  const schemes = Object.entries(components.securitySchemes);
  const [error] = Object.entries(components.schemas).filter(([name]) => name === 'Error');
  return html`<dl>
      ${schemes.map(
        ([name, scheme]) =>
          html`<dt><code>${name}</code></dt>
            <dd>${prose(scheme.description)}</dd>`,
      )}
    </dl>
    ${
      error &&
      html`<h3 id="refusals">Refusals</h3>
        <p>Every refusal has this body.</p>
        ${contentHtml({ 'application/json': { schema: error[1] } }, components.schemas, 'answered')}`
    }`;
}
