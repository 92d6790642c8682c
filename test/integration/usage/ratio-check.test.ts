import { afterAll, beforeAll, expect, test } from "vitest";
import { ENVIRONMENT, startUsageWorld, type UsageWorld } from "./usage-world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PATH = `${ENVIRONMENT}/flags/halves/usage/ratio-check`;
const halves = {
  rollout: {
    by: ["targetingKey"],
    salt: "halves",
    hash: "murmur3-mulshift" as const,
    weights: [
      ["on", 50_000],
      ["off", 50_000],
    ] as [string, number][],
  },
};

let world: UsageWorld;
beforeAll(async () => {
  world = await startUsageWorld();
  await world.project.save({ key: "halves", default: halves });
  await world.project.save({ key: "plain" });
  // Postgres has the real time. The day of the change has to have a whole hour left, at every time of day.
  const changedAt = new Date(world.clock.now() - MINUTE).toISOString();
  const { query } = world.project.backends.neon;
  await query("update flags set updated_at = $1 where key = 'halves'", [changedAt]);
  await query("update flag_configurations set updated_at = $1 where flag_key = 'halves'", [changedAt]);
});
afterAll(() => world.close());

/** Reports evaluations in another process at this time. */
async function report(variants: Record<string, number>): Promise<void> {
  const at = new Date(world.clock.now()).toISOString();
  const counts = Object.entries(variants).map(([variant, used]) => ({ flag: "halves", variant, at, used }));
  const response = await world.start().fetch(`${ENVIRONMENT}/usage`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.project.serverKey}`, "content-type": "application/json" },
    body: JSON.stringify({ batch: crypto.randomUUID(), counts }),
  });
  expect(response.status).toBe(200);
}

const check = async (query = "") => await world.call("GET", `${PATH}${query}`);

test("counts begin with the first whole hour after the last change", async () => {
  const { changedAt } = (await check()).body;
  await report({ on: 900, off: 100 });
  const next = Math.ceil(Date.parse(changedAt) / HOUR) * HOUR;
  expect((await check()).body).toMatchObject({
    environment: "production",
    flag: "halves",
    from: new Date(next).toISOString(),
    isShortened: true,
    threshold: 0.001,
    caution: expect.stringContaining("evaluations and not subjects"),
    checks: [{ rule: null, verdict: "too_few", count: 0 }],
  });
  await world.clock.advance(next - world.clock.now());
  await report({ on: 505, off: 495 });
  const { checks, complete } = (await check()).body;
  expect(complete).toBe(true);
  expect(checks).toMatchObject([{ verdict: "as_configured", count: 1000, degreesOfFreedom: 1 }]);
  await report({ on: 200 });
  expect((await check()).body.checks).toMatchObject([
    {
      verdict: "differs",
      count: 1200,
      variants: [
        { variant: "on", share: 0.5, count: 705, expected: 600 },
        { variant: "off", share: 0.5, count: 495, expected: 600 },
      ],
      message: expect.stringContaining("The split differs from the configured one"),
    },
  ]);
});

test("the counts may begin later, and a change after them is not mentioned", async () => {
  await world.clock.advance(5 * HOUR);
  const from = new Date(world.clock.now()).toISOString();
  await report({ on: 30, off: 30 });
  expect((await check(`?from=${from}`)).body).toMatchObject({
    isShortened: false,
    checks: [{ verdict: "as_configured", count: 60 }],
  });
});

test("times before the last hours are counted by the day", async () => {
  await world.clock.advance(24 * 24 * HOUR);
  const { from, checks } = (await check()).body;
  expect(from).toMatch(/T00:00:00\.000Z$/);
  // The day of the change is left out, so the counts of the first hours are too.
  expect(checks[0].count).toBeLessThan(1260);
});

test("a flag without a split has no check", async () => {
  const { body } = await world.call("GET", `${ENVIRONMENT}/flags/plain/usage/ratio-check`);
  expect(body.checks).toEqual([]);
});

test("an unknown flag, an unknown environment and a wrong time are refused by name", async () => {
  const none = await world.call("GET", `${ENVIRONMENT}/flags/none/usage/ratio-check`);
  expect([none.status, none.body.detail]).toEqual([404, expect.stringContaining("none")]);
  const nowhere = await world.call("GET", "/api/v1/environments/nowhere/flags/halves/usage/ratio-check");
  expect(nowhere.status).toBe(404);
  expect((await check("?from=soon")).body).toMatchObject({ status: 400, errors: [{ pointer: "/from" }] });
  expect((await check("?from=2001-01-01")).body.errors[0].detail).toContain("days are kept for 400 days");
  expect((await check("?step=hour")).status).toBe(400);
});
