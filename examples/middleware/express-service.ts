/** A shop with Express: `GET /shipping`, with the cookie `session=ada` for a user who has signed in. */
import express from "express";
import { readLocal } from "../local.ts";
import { listen } from "../serve.ts";
import { flags, flagsOf } from "./express.ts";
import { startFlags } from "./provider.ts";
import { userOf } from "./sessions.ts";

const { url, serverKey } = await readLocal();
await startFlags(url, serverKey);

const app = express();
app.use((request, response, next) => {
  const [, session] = /(?:^|; )session=(\w+)/.exec(request.get("cookie") ?? "") ?? [];
  response.locals["user"] = userOf(session);
  next();
});
app.use(flags);
app.get("/shipping", async (_request, response) => {
  const { value, variant, reason } = await flagsOf(response).getNumberDetails("free-shipping-threshold", 49.9);
  response.json({ freeFrom: value, variant, reason });
});
app.use((_request, response) => void response.status(404).json({ try: "/shipping" }));

await listen(app);
