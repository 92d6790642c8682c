import { html, raw } from "hono/html";
import { pageHeaders, policyOf } from "./page-policy.ts";

const STYLE = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1rem}
dt{margin-top:1rem;font-weight:600}dd{margin:0}
`;

// Kept out of the page's template, because the policy hashes exactly these characters.
const STYLE_ELEMENT = raw(`<style>${STYLE}</style>`);

const HEADERS = { "cache-control": "no-store", vary: "Accept" };

export interface HomeOptions {
  /** Whether this deployment serves the console. Without it the page does not link there. */
  hasConsole: boolean;
}

/**
 * Responds to `GET /` with links to the console and the API reference, as a page for browsers and as JSON for others.
 */
export async function homeResponse(request: Request, { hasConsole }: HomeOptions): Promise<Response> {
  if (request.headers.get("accept")?.includes("text/html") !== true) {
    const { origin } = new URL(request.url);
    const links = {
      ...(hasConsole && { console: `${origin}/console` }),
      docs: `${origin}/docs`,
      openapi: `${origin}/openapi.json`,
      llms: `${origin}/llms.txt`,
    };
    return Response.json({ name: "Burgee", ...links }, { headers: HEADERS });
  }
  const headers = { ...HEADERS, "content-type": "text/html; charset=UTF-8", ...pageHeaders(await policyOf(STYLE)) };
  return new Response(await homePage({ hasConsole }), { headers });
}

async function homePage({ hasConsole }: HomeOptions): Promise<string> {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>Burgee</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <h1>Burgee</h1>
        <p>This server evaluates feature flags.</p>
        <dl>
          ${
            hasConsole
              ? html`<dt><a href="/console">Console</a></dt>
                  <dd>Turn flags on and off, and see why a user gets a variant.</dd>`
              : ""
          }
          <dt><a href="/docs">API reference</a></dt>
          <dd>
            Every route, with an example to paste. For tools:
            <a href="/openapi.json">openapi.json</a>, and for language models <a href="/llms.txt">llms.txt</a>.
          </dd>
        </dl>
      </body>
    </html>`;
  return String(await page);
}
