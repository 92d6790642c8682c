/** A minimal Hono worker for comparison: it reads the body, if there is one, and returns a constant. */
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
app.get("/flags/:name", (c) => new Response(c.env.BODY, { headers: { "content-type": "application/json" } }));

export default { fetch: app.fetch };
