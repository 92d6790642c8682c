import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "./client.ts";

describe("explain", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    const rollout = { by: ["targetingKey"], salt: "s", weights: [["on", 40_000]] };
    await t.call(
      "POST",
      FLAGS,
      aFlagBody("explained", {
        rules: [
          { id: "pro", when: { attribute: "plan", operator: "equals", values: ["pro"] }, serve: { variant: "on" } },
          {
            id: "german",
            when: { attribute: "request.country", operator: "equals", values: ["DE"] },
            serve: { rollout },
          },
        ],
        default: { variant: "off" },
      }),
    );
  });
  afterAll(() => t.close());

  const explain = (body: unknown) => t.call("POST", `${FLAGS}/explained/explain`, body);

  test("shows the result of each rule and condition", async ({ expect }) => {
    const { status, body } = await explain({
      context: { targetingKey: "u", plan: "free" },
      request: { country: "FR" },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      flag: "explained",
      resolution: { reason: "DEFAULT", variant: "off", value: false },
      rules: [
        { id: "pro", state: "not matched", when: { result: false } },
        { id: "german", state: "not matched" },
      ],
      default: { state: "served" },
    });
  });

  test("accepts request attributes to assume, which a context cannot set", async ({ expect }) => {
    const pretended = await explain({ context: { targetingKey: "u" }, request: { country: "DE" } });
    expect(pretended.body.rules[1]).toMatchObject({
      bucket: expect.any(Number),
      state: expect.stringMatching(/matched|missed/),
    });
    const claimed = await explain({
      context: { targetingKey: "u", request: { country: "DE" }, "request.country": "DE" },
    });
    expect(claimed.body.rules[1].state).toBe("not matched");
  });

  test("agrees with evaluation", async ({ expect }) => {
    const contexts = fc.record(
      { targetingKey: fc.string(), plan: fc.constantFrom("pro", "free"), extra: fc.jsonValue({ maxDepth: 2 }) },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(contexts, async (context) => {
        const { body } = await explain({ context });
        const evaluated = await t.evaluate("explained", context);
        // Both endpoints refuse the same contexts.
        if (evaluated.status !== 200) {
          expect(body.status).toBe(422);
          return;
        }
        const { reason, variant, value } = evaluated.body;
        expect(body.resolution).toMatchObject({ reason, variant, value });
      }),
      { numRuns: 40 },
    );
  });

  test("names an unknown flag, environment or field", async ({ expect }) => {
    expect((await t.call("POST", `${FLAGS}/unknown/explain`, {})).status).toBe(404);
    expect((await t.call("POST", "/api/v1/environments/nowhere/flags/explained/explain", {})).status).toBe(404);
    expect(await explain({ contxt: {} })).toMatchObject({ status: 422, body: { errors: [{ pointer: "/contxt" }] } });
    expect(await explain({ context: { targetingKey: 1 } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/context/targetingKey" }] },
    });
  });
});
