import { afterAll, beforeAll, describe, test } from "vitest";
import { createApp } from "../../../src/app.ts";
import { parseSettings } from "../../../src/env.ts";
import type { Log } from "../../../src/ops/log.ts";
import { createServices } from "../../../src/services.ts";
import type { Isolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { KEY_SECRET, startTestProject, type TestProject } from "../../support/project.ts";
import { FLAGS, send } from "../management/client.ts";

const OFREP = "/ofrep/v1/evaluate/flags";
const CARD = "4111-1111-1111-1111";

/** Compares every log line, word for word, while everything fails. */
describe("log lines", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;
  const lines: { event: string; text: string }[] = [];
  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "plain" });
    const note = (event: string, fields?: object) =>
      void lines.push({ event, text: JSON.stringify({ event, ...fields }) });
    const log: Log = { info: note, warn: note, error: note };
    const bindings = {
      ...project.bindings,
      KEY_CHECKS_PER_SECOND: "0",
      LIMIT_NO_CACHE: { limit: () => Promise.reject(new Error("out of order")) },
      CF_ZONE_ID: "0".repeat(32),
      CF_PURGE_TOKEN: "purge-token-of-the-zone",
      CF_API_URL: "http://127.0.0.1:9/",
    };
    const services = createServices(parseSettings(bindings), { clock, log, random: () => 0.5 });
    const app = createApp(services);
    const pending: Promise<unknown>[] = [];
    const context = {
      waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
      passThroughOnException: () => undefined,
      props: {},
    };
    isolate = {
      services,
      logged: [],
      fetch: async (path, init) => app.fetch(new Request(`http://edge.test${path}`, init), bindings, context),
      // Repeated purges sleep until the clock moves.
      settled: () => clock.advance(10),
    };
  });
  afterAll(() => project.close());

  test("contain no key, secret, connection string or part of a context, whatever fails", async ({ expect }) => {
    const { serverKey, clientKey, adminToken, bindings, backends } = project;
    const everything = async () => {
      const context = { targetingKey: CARD, card: CARD };
      const noCache = { "cache-control": "no-cache", "x-forwarded-for": CARD, cookie: CARD };
      for (const token of [serverKey, clientKey, adminToken, `${serverKey}x`]) {
        await send(isolate, token, "POST", `${OFREP}/plain`, { context });
        await send(isolate, token, "POST", OFREP, { context }, noCache);
        await send(isolate, undefined, "GET", `/flags?sdkKey=${token}&card=${CARD}`);
      }
      await send(isolate, adminToken, "PATCH", `${FLAGS}/plain`, { description: CARD, enabled: false });
      await send(isolate, adminToken, "PATCH", `${FLAGS}/plain`, { default: CARD });
      await send(isolate, adminToken, "GET", "/readyz");
      await clock.advance(3000);
    };
    await everything();
    for (const faults of [{ down: true }, { errorRate: 1 }, { dropAfterApply: true }]) {
      backends.upstash.setFaults(faults);
      await everything();
      backends.neon.setFaults(faults);
      await everything();
      await isolate.services.sweep(() => undefined).catch(() => undefined);
      backends.upstash.setFaults({});
      backends.neon.setFaults({});
      await clock.advance(20_000);
      await everything();
      await clock.advance(20_000);
      await everything();
    }
    const events = new Set(lines.map(({ event }) => event));
    for (const event of [
      "l2_failed",
      "l2_recovered",
      "l3_failed",
      "l3_recovered",
      "request_failed",
      "rate_limit_failed",
    ]) {
      expect(events).toContain(event);
    }
    const secrets = [serverKey, clientKey, adminToken].flatMap((token) => [token, token.split("_")[3] ?? token]);
    const { DATABASE_URL = "", UPSTASH_REDIS_REST_TOKEN = "" } = bindings;
    const never = [...secrets, KEY_SECRET, CARD, DATABASE_URL, UPSTASH_REDIS_REST_TOKEN, "purge-token-of-the-zone"];
    for (const { text } of lines) {
      for (const secret of never) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/postgres(ql)?:\/\/|bg[acs]_/);
    }
  });
});
