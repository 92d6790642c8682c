/** The least that a Hono worker can do with the same request: read its body, return a constant. */
import { Hono } from "hono";

const app = new Hono<{ Bindings: { BODY: string } }>();
app.post("/ofrep/v1/evaluate/flags/:key", async (c) => {
  await c.req.text();
  return new Response(c.env.BODY, { headers: { "content-type": "application/json" } });
});
app.post("/ofrep/v1/evaluate/flags", async (c) => {
  await c.req.text();
  return new Response(c.env.BODY, { headers: { "content-type": "application/json" } });
});

export default { fetch: app.fetch };
