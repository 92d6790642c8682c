import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../client.ts";

describe("a patch with another form", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
  });
  afterAll(() => t.close());

  test("turns a rollout into a variant and back, and a share keeps the salt and the ramp", async ({ expect }) => {
    const weights = [
      ["on", 50_000],
      ["off", 50_000],
    ];
    const ramp = { from: 0, to: 100_000, startAt: "2030-01-01T00:00:00Z", endAt: "2030-02-01T00:00:00Z" };
    await t.call("PUT", `${FLAGS}/r`, aFlagBody("r", { default: { rollout: { salt: "s", weights, ramp } } }));
    const patch = async (change: object) => {
      const { status, body } = await t.call("PATCH", `${FLAGS}/r`, { default: change });
      return status === 200 ? body.flag.default : body.errors;
    };
    const more = [["on", 100_000]];
    expect(await patch({ rollout: { weights: more } })).toMatchObject({ rollout: { salt: "s", weights: more, ramp } });
    expect(await patch({ variant: "on" })).toEqual({ variant: "on" });
    expect(await patch({ rollout: { weights } })).toEqual({
      rollout: { by: ["targetingKey"], salt: "r", hash: "murmur3-mulshift", weights },
    });
    expect(await patch({ rollout: null, variant: "off" })).toEqual({ variant: "off" });
    const detail = "is not allowed beside variant; send only one of variant, error, rollout, draw";
    expect(await patch({ variant: "on", rollout: { weights } })).toEqual([{ pointer: "/default/rollout", detail }]);
    expect(await patch({ error: "GENERAL" })).toEqual({ error: "GENERAL" });
    expect(await patch({ variant: "on" })).toEqual({ variant: "on" });
  });

  test("turns the condition of a segment into another kind of condition", async ({ expect }) => {
    const path = "/api/v1/environments/production/segments/s";
    const leaf = { attribute: "plan", operator: "in", values: ["pro"], missing: true };
    await t.call("PUT", path, { condition: leaf });
    for (const condition of [{ any: [leaf, leaf] }, { not: { all: [leaf] } }, leaf]) {
      const { status, body } = await t.call("PATCH", path, { condition });
      expect([status, body.segment?.condition]).toEqual([200, condition]);
    }
    expect((await t.call("PATCH", path, { condition: { values: ["free"] } })).body.segment.condition).toEqual({
      ...leaf,
      values: ["free"],
    });
  });
});
