import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";
import { send } from "../../management/client.ts";

/** The time for which a breaker stays open (ms): startIsolate draws 0.5, the middle between one and five seconds. */
const OPEN_MS = 3000;
const METRIC = { closed: 0, "half-open": 1, open: 2 };

/** The state of the breakers in every place that shows it. */
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
    isolate = startIsolate(project.bindings, clock);
  });

  /** Reads the state in every place. /readyz reuses a report for two seconds, so the clock moves on first. */
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
  /** Evaluates with a version that does not exist, so that the worker reads Redis and then Postgres. */
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
    test(`${target}: closed, open after five failures, half-open after a pause, open, closed`, async ({ expect }) => {
      const see = async (state: keyof typeof METRIC) =>
        expect(await everywhere()).toEqual({ [target]: shown(state), [other]: shown("closed") });
      // The fault lasts only for the reads, because looking at the statistics needs Postgres for the admin token.
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
