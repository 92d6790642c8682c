import { html, raw } from "hono/html";
import { policyOf } from "./page-policy.ts";

/** The parts of an OpenAPI document that the page shows. */
interface Contract {
  info: { title: string; description?: string };
  tags?: { name: string; description?: string }[] | undefined;
  paths?: object;
  components?: { schemas?: object } | undefined;
}

interface Parameter {
  in: string;
  name: string;
  description?: string;
  required?: boolean;
  example?: string;
}

interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { example?: unknown; schema?: { $ref?: string } }> };
  responses?: Record<
    string,
    { description?: string; content?: Record<string, { example?: unknown; schema?: { $ref?: string } }> }
  >;
}

type Html = ReturnType<typeof html>;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;
/** Values of the example project, by path parameter. */
const EXAMPLES: Record<string, string> = {
  env: "production",
  key: "checkout-redesign",
  name: "checkout-redesign",
  id: "$ID",
};
/** Paths that name staging or an example, so that a pasted line deletes nobody's production. */
const DELETIONS: Record<string, string> = {
  "DELETE /openfeature/v0/manifest/flags/{key}": "/openfeature/v0/manifest/flags/new-banner",
  "DELETE /api/v1/environments/{env}": "/api/v1/environments/staging?confirm=staging",
};
const TOKENS: Record<string, string> = { adminToken: "$ADMIN", clientKey: "$KEY", serverKey: "$KEY" };

const STYLE = `
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 18%,transparent);--soft:color-mix(in srgb,currentColor 6%,transparent)}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{margin-bottom:0}h2{margin-top:3rem;border-bottom:1px solid var(--line)}
nav a{margin-right:1rem}
article{margin:1rem 0;border:1px solid var(--line);border-radius:.4rem;padding:0 1rem}
article summary{padding:.6rem 0;cursor:pointer}
code,pre{font:14px/1.45 ui-monospace,monospace}
pre{background:var(--soft);padding:.8rem;overflow:auto;border-radius:.3rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;border-top:1px solid var(--line);padding:.3rem .6rem .3rem 0}
.method{font-weight:700;display:inline-block;min-width:4.5rem}
.summary{opacity:.75;margin-left:.8rem}
`;

// Kept out of the page's template, because the policy hashes exactly these characters.
const STYLE_ELEMENT = raw(`<style>${STYLE}</style>`);

/** Renders the contract as one page without scripts, with its content security policy. */
export async function docsPage(contract: Contract, origin: string): Promise<{ html: string; policy: string }> {
  const tags = contract.tags ?? [];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${contract.info.title} API</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <h1>${contract.info.title} API</h1>
        <p>${prose(contract.info.description)}</p>
        <p>
          For tools: <a href="/openapi.json">openapi.json</a>. In the examples, <code>$ADMIN</code> is an admin token
          and <code>$KEY</code> an SDK key. <code>$ID</code> is an <code>id</code> from a list.
        </p>
        <nav>${tags.map(({ name }) => html`<a href="#${name}">${name}</a>`)}<a href="#schemas">Schemas</a></nav>
        ${tags.map(({ name, description }) => section(contract, name, description, origin))}
        <h2 id="schemas">Schemas</h2>
        ${Object.entries(contract.components?.schemas ?? {}).map(
          ([name, schema]) =>
            html`<article id="schema-${name}">
              <details>
                <summary><code>${name}</code></summary>
                <pre>${pretty(schema)}</pre>
              </details>
            </article>`,
        )}
      </body>
    </html>`;
  return {
    html: String(await page),
    policy: await policyOf(STYLE),
  };
}

function section(contract: Contract, tag: string, description: string | undefined, origin: string): Html {
  const operations = Object.entries(contract.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = (item as Record<string, Operation | undefined>)[method];
      return operation?.tags?.includes(tag) ? [{ method: method.toUpperCase(), path, operation }] : [];
    }),
  );
  return html`<h2 id="${tag}">${tag}</h2>
    <p>${prose(description)}</p>
    ${operations.map(({ method, path, operation }) => article(method, path, operation, origin))}`;
}

function article(method: string, path: string, operation: Operation, origin: string): Html {
  const { summary = "", description, parameters = [], requestBody, responses = {} } = operation;
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema?.$ref;
  return html`<article>
    <details>
      <summary>
        <span class="method">${method}</span><code>${path}</code><span class="summary">${summary}</span>
      </summary>
      <p>${prose(description)}</p>
      <pre>${curl(method, path, operation, origin)}</pre>
      ${
        parameters.length === 0
          ? ""
          : html`<table>
              <tr>
                <th>Parameter</th>
                <th>In</th>
                <th></th>
              </tr>
              ${parameters.map(
                (parameter) =>
                  html`<tr>
                    <td><code>${parameter.name}</code></td>
                    <td>${parameter.in}</td>
                    <td>${prose(parameter.description)}</td>
                  </tr>`,
              )}
            </table>`
      }
      ${schema === undefined ? "" : html`<p>Body: ${link(schema)}, as <code>${Object.keys(requestBody?.content ?? {}).join(", ")}</code></p>`}
      <table>
        <tr>
          <th>Response</th>
          <th></th>
          <th></th>
        </tr>
        ${Object.entries(responses).map(
          ([status, response]) =>
            html`<tr>
              <td>${status}</td>
              <td>${prose(response.description)}</td>
              <td>${link(Object.values(response.content ?? {})[0]?.schema?.$ref)}</td>
            </tr>`,
        )}
      </table>
    </details>
  </article>`;
}

/** Renders text, with the parts between backticks as code. */
function prose(text = ""): (Html | string)[] {
  return text.split("`").map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}

function link(reference: string | undefined): Html | string {
  const name = reference?.split("/").at(-1);
  return name === undefined ? "" : html`<a href="#schema-${name}"><code>${name}</code></a>`;
}

/** Returns a command to paste into a shell. */
function curl(
  method: string,
  path: string,
  { security = [], requestBody, parameters = [] }: Operation,
  origin: string,
): string {
  const token = Object.keys(security[0] ?? {})[0];
  const [body] = Object.entries(requestBody?.content ?? {});
  const search = parameters
    .filter((parameter) => parameter.in === "query" && (parameter.required === true || parameter.example !== undefined))
    .map(({ name, example = "production" }) => `${name}=${encodeURIComponent(example)}`)
    .join("&");
  const target = path.replace("/segments/{key}", "/segments/beta-testers");
  const url =
    DELETIONS[`${method} ${path}`] ??
    target.replace(/\{(\w+)\}/g, (_, name: string) => EXAMPLES[name] ?? name) + (search === "" ? "" : `?${search}`);
  const lines = [`curl ${method === "GET" ? "" : `-X ${method} `}${quoted(origin + url)}`];
  if (token !== undefined) lines.push(`-H "Authorization: Bearer ${TOKENS[token] ?? ""}"`);
  if (body !== undefined) lines.push(`-H 'Content-Type: ${body[0]}'`, `-d ${quoted(JSON.stringify(body[1].example))}`);
  return lines.join(" \\\n  ");
}

/**
 * Quotes text as one shell word in which only `$ID` is expanded. The text contains the host that the reader asked,
 * which can be anything.
 */
function quoted(text: string): string {
  const words = text.split("$ID").map((part) => (part === "" ? "" : `'${part.replaceAll("'", String.raw`'\''`)}'`));
  return words.join('"$ID"');
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
