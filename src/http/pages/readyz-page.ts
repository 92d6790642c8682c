import { html, raw } from "hono/html";
import { policyOf } from "./page-policy.ts";
import type { Readiness, TierState } from "./readyz.ts";

const STYLE = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1rem}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;border-top:1px solid color-mix(in srgb,currentColor 18%,transparent);padding:.4rem .8rem .4rem 0}
`;

// Kept out of the page's template, because the policy hashes exactly these characters.
const STYLE_ELEMENT = raw(`<style>${STYLE}</style>`);

const MEANINGS: Record<Readiness["status"], string> = {
  ok: "Every backend responds.",
  degraded: "A backend is unreachable, misconfigured or refuses writes. Flags are still served.",
  unavailable: "No backend can be reached. Flags are served from the copies that this worker still has.",
};

/** Returns a page that shows the state of the tiers, with its content security policy. */
export async function readyzPage({
  status,
  tiers,
  misconfigured = [],
}: Readiness): Promise<{ html: string; policy: string }> {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>Burgee: ${status}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <h1>${status}</h1>
        <p>${MEANINGS[status]}</p>
        <table>
          <thead>
            <tr>
              <th>tier</th>
              <th>state</th>
              <th>response time</th>
              <th>breaker</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>L1, this isolate</td>
              <td>${tiers.l1.entries} entries, ${Math.ceil(tiers.l1.bytes / 1024)} KiB</td>
              <td></td>
              <td></td>
            </tr>
            ${row("L2, Redis", tiers.l2)}${row("L3, Postgres", tiers.l3)}
          </tbody>
        </table>
        ${misconfigured.map(
          ({ setting, neededBy }) => html`<p>Set <code>${setting}</code>: <code>${neededBy}</code> needs it.</p>`,
        )}
        <p>The worker checks at most every two seconds. <code>curl</code> gets the same report as JSON.</p>
      </body>
    </html>`;
  return { html: String(await page), policy: await policyOf(STYLE) };
}

function row(name: string, { state, latencyMs, breaker, writesRefused }: TierState): ReturnType<typeof html> {
  return html`<tr>
    <td>${name}</td>
    <td>${state}${writesRefused === undefined ? "" : `, but refuses writes: ${writesRefused}`}</td>
    <td>${latencyMs === undefined ? "" : `${latencyMs} ms`}</td>
    <td>${breaker ?? ""}</td>
  </tr>`;
}
