import { describe, onTestFinished, test } from "vitest";
import { HOUR_MS } from "../../../src/usage/usage-count.ts";
import { startUsageWorld } from "./usage-world.ts";

const DAY_MS = 24 * HOUR_MS;

describe.each([
  ["with Redis", true],
  ["without Redis", false],
])("counting %s", (_, hasRedis) => {
  test("begins anew after seven days without any count", async ({ expect }) => {
    const world = await startUsageWorld({ hasRedis });
    onTestFinished(() => world.close());
    await world.project.save({ key: "plain" });
    const count = async () => {
      const isolate = world.start();
      const { status } = await world.evaluate(isolate, "plain");
      await world.flush(isolate);
      await world.sweep();
      expect(status).toBe(200);
      const rows = await world.project.backends.neon.query("select counted_since from usage_scopes");
      return new Date(rows[0]?.["counted_since"] as string).getTime();
    };
    const first = await count();
    await world.clock.advance(6 * DAY_MS);
    expect(await count()).toBe(first);
    await world.clock.advance(8 * DAY_MS);
    const resumedAt = Math.floor(world.clock.now() / HOUR_MS) * HOUR_MS;
    expect(await count()).toBe(resumedAt);
    // Hours are gone after 30 days.
    await world.clock.advance(40 * DAY_MS);
    await world.sweep();
    expect(await count()).toBe(Math.floor((world.clock.now() - 20_000) / HOUR_MS) * HOUR_MS);
  });
});
