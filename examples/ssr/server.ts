/** Renders a page with the visitor's flags and passes the same response on to the SDK in the page. */
import { readLocal } from "../local.ts";
import { bundlePage, listen } from "../serve.ts";
import type { Bootstrap } from "./bootstrap.ts";
import { view } from "./view.ts";

const local = await readLocal();
const script = await bundlePage("ssr", local);

/** Evaluates every flag for this visitor as the page would: with the client key and the page's origin. */
async function evaluateAll(context: object, headers: Record<string, string | undefined>): Promise<Bootstrap> {
  const query = new URLSearchParams({ context: JSON.stringify(context) }).toString();
  const response = await fetch(`${local.url}/flags?${query}`, {
    headers: {
      authorization: `Bearer ${local.clientKey}`,
      origin: `http://${headers["host"]}`,
      // Rules can use these two headers, so they must be the visitor's.
      "user-agent": headers["user-agent"] ?? "",
      "accept-language": headers["accept-language"] ?? "",
    },
    signal: AbortSignal.timeout(1000),
  });
  if (!response.ok) throw new Error(`the flags cannot be evaluated: status ${response.status}`);
  return { context, etag: response.headers.get("etag") ?? "", body: await response.text() };
}

await listen(async (request, response) => {
  if (request.url === "/page.js") {
    response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    return;
  }
  // Your session determines the context. If the SDK in the page uses another one, it fetches the flags itself.
  const context = { targetingKey: "customer-7", anonymousId: "visitor-1", plan: "pro" };
  // Without a response, the page has the defaults below, and the SDK fetches the flags itself.
  const bootstrap = await evaluateAll(context, request.headers as Record<string, string>).catch(() => undefined);
  const { flags } = JSON.parse(bootstrap?.body ?? '{"flags":[]}') as { flags: { key: string; value?: unknown }[] };
  const valueOf = <Value>(key: string, fallback: Value): Value =>
    (flags.find((flag) => flag.key === key)?.value as Value | undefined) ?? fallback;
  const main = view({
    hero: valueOf("homepage-hero", "hero-brand"),
    isNewCheckout: valueOf("checkout-redesign", false),
    freeShippingFrom: valueOf("free-shipping-threshold", 49.9),
  });
  // "<" is the only character that could end the element early.
  const state = JSON.stringify({ context, bootstrap }).replaceAll("<", String.raw`\u003c`);
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "private, no-store" });
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Burgee in a server-rendered page</title>
<link rel="icon" href="data:,"><main>${main}</main>
<script type="application/json" id="state">${state}</script><script type="module" src="/page.js"></script></html>`);
});
