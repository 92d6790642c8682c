import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";
import { send } from "../../management/client.ts";

/** startIsolate draws 0.5: a breaker stays open for the middle of one to five seconds (ms). */
const OPEN_MS = 3000;
const METRIC = { closed: 0, "half-open": 1, open: 2 };

/** What a breaker does, wherever somebody may look for it. */
describe("the state of the breakers", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "banner" });
  });
  afterAll(() => project.close());
  beforeEach(() => {
    project.backends.upstash.setFaults({});
    project.backends.neon.setFaults({});
    isolate = startIsolate(project.bindings, clock, { redisTimeoutMs: 10_000 });
  });

  /** Every place at once. Reports of /readyz are two seconds old at most, so the clock moves by as much. */
  const everywhere = async () => {
    await clock.advance(2000);
    const html = await send(isolate, undefined, "GET", "/readyz", undefined, { accept: "text/html" });
    const { body: ready } = await send(isolate, undefined, "GET", "/readyz");
    const stats = await send(isolate, project.adminToken, "GET", "/api/v1/environments/production/cache/stats");
    const metrics = await send(isolate, project.adminToken, "GET", "/api/v1/metrics");
    const metric = (target: string) =>
      Number(new RegExp(`^burgee_breaker_state\\{[^}]*target="${target}"\\} (\\d)$`, "m").exec(metrics.body)?.[1]);
    const row = (tier: string) => /<td>(closed|open|half-open)<\/td>\s*<\/tr>/.exec(html.body.split(tier)[1])?.[1];
    return {
      redis: [ready.tiers.l2.breaker, row("L2, Redis"), stats.body.breakers.redis, metric("redis")],
      store: [ready.tiers.l3.breaker, row("L3, Postgres"), stats.body.breakers.store, metric("store")],
    };
  };
  const shown = (state: keyof typeof METRIC) => [state, state, state, METRIC[state]];
  /** An evaluation that reads Redis and then Postgres, as nothing holds the version that it asks for. */
  const readBoth = () =>
    isolate.fetch("/ofrep/v1/evaluate/flags/banner", {
      method: "POST",
      headers: { authorization: `Bearer ${project.serverKey}`, "x-flags-min-version": "999999" },
      body: "{}",
    });

  for (const [target, other, backend] of [
    ["redis", "store", "upstash"],
    ["store", "redis", "neon"],
  ] as const) {
    test(`of ${target}: closed, open after five failures, half-open after its pause, open again, closed`, async ({
      expect,
    }) => {
      const see = async (state: keyof typeof METRIC) =>
        expect(await everywhere()).toEqual({ [target]: shown(state), [other]: shown("closed") });
      // Only while it is read: statistics are for admin tokens, and those are looked up in Postgres.
      const fail = async (times: number) => {
        project.backends[backend].setFaults({ down: true });
        for (let i = 0; i < times; i++) await readBoth();
        project.backends[backend].setFaults({});
      };
      await see("closed");
      await fail(4);
      await see("closed");
      await fail(1);
      await see("open");
      await clock.advance(OPEN_MS);
      await see("half-open");
      await fail(1);
      await see("open");
      await clock.advance(OPEN_MS);
      await see("half-open");
      await readBoth();
      await see("closed");
    });
  }
});
