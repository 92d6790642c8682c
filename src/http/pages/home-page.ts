import { html, raw } from "hono/html";
import { errorResponse, HttpError } from "../errors.ts";
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
 * Responds to an address under `/console/` that does not exist with a page that leads back to the console.
 */
export async function homeResponse(request: Request, { hasConsole }: HomeOptions): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith("/console")) return await missingPage(request, pathname, hasConsole);
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
  return await pageResponse(await homePage({ hasConsole }), 200);
}

async function pageResponse(page: string, status: number): Promise<Response> {
  const headers = { ...HEADERS, "content-type": "text/html; charset=UTF-8", ...pageHeaders(await policyOf(STYLE)) };
  return new Response(page, { status, headers });
}

/** People type addresses such as /console/flags. The pages of the console are behind a #, which the link adds. */
async function missingPage(request: Request, path: string, hasConsole: boolean): Promise<Response> {
  if (!hasConsole || request.headers.get("accept")?.includes("text/html") !== true)
    return errorResponse(new HttpError(404, `no route for GET ${path}`), request, path);
  const address = path.replace(/^\/console\/*/, "");
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>Page not found · Burgee</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <h1>Page not found</h1>
        <p>The addresses of the console’s pages have a # after /console/.</p>
        <dl>
          <dt><a href="/console/#/${address}">Open /console/#/${address}</a></dt>
          <dd>You probably look for this page.</dd>
          <dt><a href="/console/">Open the console</a></dt>
          <dd>The list of flags.</dd>
        </dl>
      </body>
    </html>`;
  return await pageResponse(String(await page), 404);
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
