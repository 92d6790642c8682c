import type { Hono } from "hono";
import { docsPage } from "../../pages/docs-page.ts";
import { pageHeaders } from "../../pages/page-policy.ts";
import { methodNotAllowed } from "../../errors.ts";
import { createReadiness, type ReadinessServices } from "../../pages/readyz.ts";
import { readyzPage } from "../../pages/readyz-page.ts";
import { requestId } from "../../request-id.ts";
import type { ManagementEnv } from "../context.ts";
import { waitUntilOf } from "../../wait-until.ts";
import { createContract } from "./openapi.ts";

/** Adds the routes that need no key: the contract, the page that shows it, and the state of the tiers. */
export function addDocsRoutes(app: Hono<ManagementEnv>, services: ReadinessServices): void {
  const contract = createContract(app);
  const readyz = createReadiness(services);

  app.get("/openapi.json", async (c) => c.json(await contract(), 200, { "cache-control": "public, max-age=300" }));

  // Anybody may ask for the page, and making it takes milliseconds. A deployment usually has one origin.
  let kept: { origin: string; page: ReturnType<typeof docsPage> } | undefined;
  const pageFor = (origin: string) => {
    if (kept?.origin !== origin) kept = { origin, page: contract().then((contract) => docsPage(contract, origin)) };
    return kept.page;
  };

  app.get("/docs", async (c) => {
    const { html, policy } = await pageFor(new URL(c.req.url).origin);
    return c.html(html, 200, { ...pageHeaders(policy), "cache-control": "public, max-age=300" });
  });

  app.get("/readyz", async (c) => {
    const report = await readyz({ waitUntil: waitUntilOf(c) });
    const status = report.status === "unavailable" ? 503 : 200;
    const headers = { "cache-control": "no-store", "x-request-id": requestId(c.req.raw), vary: "Accept" };
    if (c.req.header("accept")?.includes("text/html") !== true) return c.json(report, status, headers);
    const { html, policy } = await readyzPage(report);
    return c.html(html, status, { ...headers, ...pageHeaders(policy) });
  });

  for (const path of ["/openapi.json", "/docs", "/readyz"]) {
    const allow = "GET, HEAD, OPTIONS";
    app.all(path, (c) => {
      if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
      throw methodNotAllowed(c.req.method, allow);
    });
  }
}
