import { describe, onTestFinished, test } from "vitest";
import { seededRandom } from "../../support/seeded-random.ts";
import { ENVIRONMENT, startUsageWorld } from "./usage-world.ts";

describe.each([
  ["with Redis", true],
  ["without Redis", false],
])("a rule whose id was written in SQL and is too long for an index, %s,", (_, hasRedis) => {
  test("is counted by the beginning of its id, and holds up no other counts", async ({ expect }) => {
    const world = await startUsageWorld({ hasRedis });
    onTestFinished(() => world.close());
    // The longest id that the API accepts.
    const longest = "🚩".repeat(128);
    await world.project.save({ key: "plain", rules: [{ id: longest, serve: { variant: "off" } }] });
    await world.project.save({ key: "long" });
    // Postgres compresses texts that repeat themselves.
    const random = seededRandom(14);
    const hex = Array.from({ length: 8000 }, () => Math.floor(random() * 16).toString(16)).join("");
    const id = `${hex.slice(0, 127)}😀${hex}`;
    await world.project.backends.neon.query(
      "update flag_configurations set rules = $1::jsonb where flag_key = 'long'",
      [JSON.stringify([{ id, serve: { variant: "off" } }])],
    );
    await world.sweep();
    const isolate = world.start();
    await world.evaluate(isolate, "long");
    await world.evaluate(isolate, "plain");
    await world.flush(isolate);
    await world.sweep();
    const rows = await world.project.backends.neon.query("select flag_key, rule from usage_hours order by flag_key");
    expect(rows).toEqual([
      { flag_key: "long", rule: `${hex.slice(0, 127)}😀` },
      { flag_key: "plain", rule: longest },
    ]);
    const { body } = await world.call("GET", `${ENVIRONMENT}/flags/long/usage`);
    expect(body.total).toEqual({ requested: 0, used: 1 });
    expect(isolate.logged).not.toContain("usage_flush_failed");
  });
});
