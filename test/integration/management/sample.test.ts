import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, aToken, FLAGS, type ManagementTest, send, startManagementTest } from "./client.ts";

describe("sampling the subjects of a flag", () => {
  let t: ManagementTest;
  const split = (weights: [string, number][], by: unknown[] = ["targetingKey"]) => ({
    rollout: { by, salt: "sampled", weights },
  });
  const save = (changes: object) => t.call("PUT", `${FLAGS}/sampled`, aFlagBody("sampled", changes));
  const sample = (body: object) => t.call("POST", `${FLAGS}/sampled/sample`, body);
  const countOf = (outcomes: { variant: string; count: number }[], variant: string): number =>
    outcomes.filter((outcome) => outcome.variant === variant).reduce((sum, { count }) => sum + count, 0);

  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  test("counts the variants that OFREP returns for the same subjects", async ({ expect }) => {
    await save({
      rules: [
        { id: "pro", when: { attribute: "plan", operator: "equals", values: ["pro"] }, serve: { variant: "on" } },
      ],
      default: split([
        ["on", 30_000],
        ["off", 70_000],
      ]),
    });
    const { status, body } = await sample({ count: 60 });
    expect(status).toBe(200);
    const counts: Record<string, number> = {};
    for (let n = 1; n <= 60; n++) {
      const { variant } = (await t.evaluate("sampled", { targetingKey: `sample-${n}` })).body;
      counts[variant] = (counts[variant] ?? 0) + 1;
    }
    expect(body).toEqual({
      version: expect.any(Number),
      flag: "sampled",
      count: 60,
      outcomes: [
        { variant: "off", reason: "SPLIT", ruleId: null, count: counts["off"] },
        { variant: "on", reason: "SPLIT", ruleId: null, count: counts["on"] },
      ],
    });
    expect((await sample({ context: { plan: "pro" } })).body.outcomes).toEqual([
      { variant: "on", reason: "TARGETING_MATCH", ruleId: "pro", count: 1000 },
    ]);
  });

  test("a larger weight only adds subjects, because every sample has the same ones", async ({ expect }) => {
    const shares = [];
    for (const weight of [10_000, 20_000, 20_000]) {
      await save({
        default: split([
          ["on", weight],
          ["off", 100_000 - weight],
        ]),
      });
      shares.push(countOf((await sample({})).body.outcomes, "on"));
    }
    expect(shares[0]).toBeGreaterThan(50);
    expect(shares[1]).toBeGreaterThan(shares[0] as number);
    expect(shares[2]).toBe(shares[1]);
  });

  test("another attribute can identify subjects, also one inside an object", async ({ expect }) => {
    const weights: [string, number][] = [
      ["on", 50_000],
      ["off", 50_000],
    ];
    await save({ default: split(weights, [["account", "id"]]), offVariant: "off" });
    const together = await sample({ context: { account: { id: "a", plan: "pro" } } });
    expect(together.body.outcomes).toHaveLength(1);
    const apart = await sample({ context: { account: { id: "a", plan: "pro" } }, by: ["account", "id"] });
    expect(apart.body.outcomes).toHaveLength(2);
  });

  test("needs an admin token, which may be read-only", async ({ expect }) => {
    const path = `${FLAGS}/sampled/sample`;
    const reader = await aToken(t.project, "admin", "read");
    expect((await send(t.isolate, reader.token, "POST", path, { count: 1 })).status).toBe(200);
    expect((await send(t.isolate, t.project.serverKey, "POST", path, { count: 1 })).status).toBe(403);
  });

  test("names input that is not accepted, and flags that do not exist", async ({ expect }) => {
    for (const [body, pointer] of [
      [{ count: 0 }, "/count"],
      [{ count: 1001 }, "/count"],
      [{ count: 1.5 }, "/count"],
      [{ by: "request.ip" }, "/by"],
      [{ by: ["request", "ip"] }, "/by"],
      [{ by: [] }, "/by"],
      [{ context: { targetingKey: 1 } }, "/context/targetingKey"],
      [{ size: 1 }, "/size"],
    ] as const) {
      expect(await sample(body), pointer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    }
    expect((await t.call("POST", `${FLAGS}/unknown/sample`, {})).status).toBe(404);
    expect((await t.call("POST", "/api/v1/environments/nowhere/flags/sampled/sample", {})).status).toBe(404);
  });
});
