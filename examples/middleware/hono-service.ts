/** A shop with Hono: `GET /shipping`, with the cookie `session=ada` for a user who has signed in. */
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { getCookie } from "hono/cookie";
import { readLocal } from "../local.ts";
import { listen } from "../serve.ts";
import { flags, type FlagsEnv } from "./hono.ts";
import { startFlags } from "./provider.ts";
import { userOf } from "./sessions.ts";

const { url, serverKey } = await readLocal();
await startFlags(url, serverKey);

const app = new Hono<FlagsEnv>();
app.use(async (c, next) => {
  const user = userOf(getCookie(c, "session"));
  if (user !== undefined) c.set("user", user);
  await next();
});
app.use(flags);
app.get("/shipping", async (c) => {
  const { value, variant, reason } = await c.get("flags").getNumberDetails("free-shipping-threshold", 49.9);
  return c.json({ freeFrom: value, variant, reason });
});
app.notFound((c) => c.json({ try: "/shipping" }, 404));

await listen(getRequestListener(app.fetch));
