import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../client.ts";

const SEGMENTS = "/api/v1/environments/production/segments";
const condition = { attribute: "plan", operator: "exists" };
const usesStaff = {
  ...aFlagBody("uses-staff"),
  rules: [{ id: "r", when: { segment: "staff" }, serve: { variant: "on" } }],
};

describe("dryRun=true", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("PUT", `${SEGMENTS}/staff`, { condition });
    await t.call("PUT", `${FLAGS}/uses-staff`, usesStaff);
    await t.call("PUT", `${FLAGS}/alone`, aFlagBody("alone"));
    await t.call("POST", "/api/v1/environments", { key: "spare" });
  });
  afterAll(() => t.close());

  /** Everything that a write could change. */
  async function state(): Promise<object> {
    const read = async (path: string) => (await t.call("GET", path)).body;
    return {
      environments: await read("/api/v1/environments"),
      flags: await read(FLAGS),
      segments: await read(SEGMENTS),
      definitions: await read("/api/v1/flags"),
      keys: await read("/api/v1/environments/production/keys"),
      audit: await read("/api/v1/audit?limit=200"),
      changes: { ...(await read("/api/v1/environments/production/cache/propagation")), now: "" },
    };
  }

  const VALID: [string, string, unknown?][] = [
    ["POST", FLAGS, aFlagBody("new")],
    ["PUT", `${FLAGS}/new`, aFlagBody("new")],
    ["PUT", `${FLAGS}/alone`, { ...aFlagBody("alone"), enabled: false }],
    ["PATCH", `${FLAGS}/alone`, { enabled: false }],
    ["POST", "/flags/alone/update?environment=production", { enabled: false }],
    ["DELETE", `${FLAGS}/alone`],
    ["PATCH", "/api/v1/flags/alone", { description: "new" }],
    ["DELETE", "/api/v1/flags/alone"],
    ["POST", SEGMENTS, { key: "new", condition }],
    ["PUT", `${SEGMENTS}/staff`, { condition: { attribute: "x", operator: "exists" } }],
    ["PATCH", `${SEGMENTS}/staff`, { name: "New" }],
    ["POST", "/api/v1/environments", { key: "new", copyFrom: "production" }],
    ["PATCH", "/api/v1/environments/production", { overridesAllowed: true }],
    ["DELETE", "/api/v1/environments/spare?confirm=spare"],
    ["POST", "/api/v1/environments/production/apply", { flags: [aFlagBody("new")], whole: true }],
    ["POST", "/api/v1/environments/production/keys", { kind: "server" }],
  ];

  test.for(VALID)("%s %s is checked, and changes nothing", async ([method, path, body], { expect }) => {
    const before = await state();
    const response = await t.call(method, withDryRun(path), body);
    expect([response.status, response.body]).toEqual([204, expect.toSatisfy((text: unknown) => !text)]);
    expect(response.headers.get("x-flags-version")).toBeNull();
    expect(await state()).toEqual(before);
  });

  const INVALID: [string, string, unknown?, Record<string, string>?][] = [
    ["PATCH", `${FLAGS}/alone`, { default: { variant: "onn" } }],
    ["PATCH", `${FLAGS}/nobody`, { enabled: false }],
    ["PATCH", `${FLAGS}/alone`, { enabled: false }, { "if-match": '"1"' }],
    ["PUT", `${FLAGS}/alone`, { enabled: true }],
    ["PUT", `${FLAGS}/alone`, aFlagBody("alone"), { "if-none-match": "*" }],
    [
      "PUT",
      `${FLAGS}/alone`,
      { ...usesStaff, key: "alone", rules: [{ id: "r", when: { segment: "nobody" }, serve: { variant: "on" } }] },
    ],
    ["POST", FLAGS, aFlagBody("alone")],
    ["DELETE", `${SEGMENTS}/staff`],
    ["DELETE", "/api/v1/flags/nobody"],
    ["DELETE", "/api/v1/environments/spare"],
    ["POST", "/api/v1/environments", { key: "spare" }],
    ["POST", "/api/v1/environments", { key: "new", copyFrom: "nowhere" }],
    ["POST", "/api/v1/environments/production/apply", { flags: [], whole: true }, { "if-match": '"1"' }],
    ["POST", "/api/v1/environments/production/overrides", { flags: { alone: "on" } }],
    ["DELETE", "/api/v1/environments/production/keys/aB3dE5fG7hI9"],
    ["PUT", "/api/v1/environments/nowhere/flags/a", aFlagBody("a")],
  ];

  test.for(INVALID)("%s %s fails exactly as the write", async ([method, path, body, headers], { expect }) => {
    const before = await state();
    const dry = await t.call(method, withDryRun(path), body, headers);
    expect(await state()).toEqual(before);
    const real = await t.call(method, path, body, headers);
    expect(dry.status).toBeGreaterThanOrEqual(400);
    expect({ ...(dry.body as object), requestId: "" }).toEqual({ ...(real.body as object), requestId: "" });
  });

  test("a misspelled parameter is refused, so that it does not write", async ({ expect }) => {
    for (const query of ["dryrun=true", "dry_run=true", "dryRun=1", "dryRun=true&dryRun=false"]) {
      const before = await state();
      expect((await t.call("PATCH", `${FLAGS}/alone?${query}`, { enabled: false })).status, query).toBe(400);
      expect(await state()).toEqual(before);
    }
    expect((await t.call("PATCH", `${FLAGS}/alone?dryRun=false`, { description: "x" })).status).toBe(200);
  });

  test("signs no overrides where they are allowed", async ({ expect }) => {
    await t.call("PATCH", "/api/v1/environments/spare", { overridesAllowed: true });
    await t.call("PUT", "/api/v1/environments/spare/flags/alone", aFlagBody("alone"));
    const path = "/api/v1/environments/spare/overrides?dryRun=true";
    expect(await t.call("POST", path, { flags: { alone: "on" } })).toMatchObject({ status: 204 });
  });
});

function withDryRun(path: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}dryRun=true`;
}
