import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "../client.ts";

const ENVIRONMENTS = "/api/v1/environments";
const condition = { attribute: "plan", operator: "exists" };
const noted = (text: string) => ({ "x-change-note": encodeURIComponent(text) });

describe("notes", () => {
  let t: ManagementTest;
  let ids: Record<"key" | "token" | "change", string>;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", ENVIRONMENTS, { key: "staging" });
    await t.call("POST", FLAGS, aFlagBody("alone"));
    await t.call("POST", FLAGS, aFlagBody("restored"));
    await t.call("POST", `${ENVIRONMENTS}/production/segments`, { key: "staff", condition });
    const key = await t.call("POST", `${ENVIRONMENTS}/production/keys`, { kind: "server" });
    const token = await t.call("POST", "/api/v1/tokens", { role: "read", environments: null });
    await t.call("DELETE", `${FLAGS}/restored`);
    const { body } = await t.call("GET", `${ENVIRONMENTS}/production/audit?key=restored&entity=configuration&limit=1`);
    ids = { key: key.body.key.id, token: token.body.adminToken.id, change: String(body.items[0].id) };
  });
  afterAll(() => t.close());

  const newest = async () => (await t.call("GET", "/api/v1/audit?limit=1")).body.items[0];

  const WRITES: [string, (own: typeof ids) => string, unknown?][] = [
    ["POST", () => FLAGS, aFlagBody("new")],
    ["PUT", () => `${FLAGS}/new`, { ...aFlagBody("new"), enabled: false }],
    ["PATCH", () => `${FLAGS}/alone`, { enabled: false }],
    ["POST", () => "/flags/alone/update?environment=production", { enabled: true }],
    ["PATCH", () => "/api/v1/flags/alone", { description: "new" }],
    ["DELETE", () => `${FLAGS}/new`],
    ["DELETE", () => "/api/v1/flags/alone"],
    ["POST", () => `${ENVIRONMENTS}/production/segments`, { key: "new", condition }],
    ["PUT", () => `${ENVIRONMENTS}/production/segments/new`, { condition: { attribute: "x", operator: "exists" } }],
    ["PATCH", () => `${ENVIRONMENTS}/production/segments/new`, { name: "New" }],
    ["DELETE", () => `${ENVIRONMENTS}/production/segments/new`],
    ["POST", () => `${ENVIRONMENTS}/production/apply`, { flags: [aFlagBody("applied")] }],
    ["POST", () => "/openfeature/v0/manifest/flags", { key: "manifest", type: "boolean", defaultValue: false }],
    [
      "PUT",
      () => "/openfeature/v0/manifest/flags/manifest",
      { key: "manifest", description: "new", type: "boolean", defaultValue: false },
    ],
    ["DELETE", () => "/openfeature/v0/manifest/flags/manifest"],
    ["POST", () => `${ENVIRONMENTS}/production/keys`, { kind: "client" }],
    ["PATCH", ({ key }) => `${ENVIRONMENTS}/production/keys/${key}`, { name: "api" }],
    ["DELETE", ({ key }) => `${ENVIRONMENTS}/production/keys/${key}`],
    ["POST", () => "/api/v1/tokens", { role: "read", environments: null }],
    ["DELETE", ({ token }) => `/api/v1/tokens/${token}`],
    ["POST", ({ change }) => `${ENVIRONMENTS}/production/audit/${change}/restore`, { image: "before" }],
    ["POST", () => ENVIRONMENTS, { key: "new", copyFrom: "production" }],
    ["PATCH", () => `${ENVIRONMENTS}/new`, { name: "New" }],
    ["DELETE", () => `${ENVIRONMENTS}/new?confirm=new`],
  ];

  test("every write takes a note", async ({ expect }) => {
    for (const [i, [method, path, body]] of WRITES.entries()) {
      const text = `Grund ${i}: Kürzung „100 %“ 🚀`;
      const { status } = await t.call(method, path(ids), body, noted(text));
      expect(status, `${method} ${path(ids)}`).toBeLessThan(300);
      expect((await newest()).note, `${method} ${path(ids)}`).toBe(text);
    }
  });

  test("every operation that writes to the store has the header in the contract", async ({ expect }) => {
    const { paths } = (await t.call("GET", "/openapi.json")).body;
    const operations = Object.values(paths as Record<string, Record<string, Operation>>).flatMap((methods) =>
      Object.values(methods),
    );
    const hasNote = ({ parameters = [] }: Operation) => parameters.some((one) => one.name === "X-Change-Note");
    const dry = operations.filter(({ parameters = [] }) => parameters.some((one) => one.name === "dryRun"));
    expect(dry.filter((operation) => !hasNote(operation)).map(({ operationId }) => operationId)).toEqual([
      "purgeCache",
    ]);
    expect(operations.filter(hasNote).length).toBeGreaterThan(20);
  });

  test("plain ASCII needs no encoding, and an empty note is none", async ({ expect }) => {
    await t.call("PUT", `${FLAGS}/plain`, aFlagBody("plain"), { "x-change-note": " see PAY-1423 (100%25) " });
    expect(await newest()).toMatchObject({ note: "see PAY-1423 (100%)" });
    await t.call("PATCH", `${FLAGS}/plain`, { enabled: false }, { "x-change-note": "%20" });
    expect(await newest()).toMatchObject({ note: null });
  });

  test.for([
    ["of 501 characters", "a".repeat(501), "must not exceed 500 characters (it has 501)"],
    ["with a bare percent sign", "100%", "must be URI-encoded UTF-8; write % as %25"],
    ["that is not UTF-8", "%FF", "must be URI-encoded UTF-8"],
    ["with a line break", "a%0Aforged line", "must not contain control characters or line breaks"],
    ["that turns text around", "%E2%80%AEback", "must not contain control characters"],
    ["beyond ASCII", "\u00FC", "must be URI-encoded where it is not ASCII"],
    ["of 9,000 characters", "%20".repeat(3000), "must not exceed 6000 characters as a header"],
  ])("refuses a header %s", async ([, header, problem], { expect }) => {
    const before = await newest();
    const { status, body } = await t.call("POST", FLAGS, aFlagBody("refused"), { "x-change-note": header ?? "" });
    expect([status, body.detail]).toEqual([400, expect.stringContaining(`X-Change-Note ${problem}`)]);
    expect(await newest()).toEqual(before);
  });

  test("500 characters of four bytes are accepted", async ({ expect }) => {
    expect((await t.call("PUT", `${FLAGS}/long`, aFlagBody("long"), noted("🚀".repeat(500)))).status).toBe(200);
    expect((await newest()).note).toBe("🚀".repeat(500));
  });

  test("an environment can require a note, and says which header has it", async ({ expect }) => {
    const staging = `${ENVIRONMENTS}/staging`;
    const { body } = await t.call("PATCH", staging, { requiresNote: true });
    expect(body.environment.requiresNote).toBe(true);
    await t.call("PUT", `${FLAGS}/shared`, aFlagBody("shared"));
    const refused = async (method: string, path: string, content?: unknown, headers = {}) => {
      const { status, body } = await t.call(method, path, content, headers);
      expect([status, body.detail], `${method} ${path}`).toEqual([
        428,
        'environment "staging" requires a note that says why it is changed; send it in the header X-Change-Note',
      ]);
    };
    await refused("PUT", `${staging}/flags/shared`, aFlagBody("shared"));
    await refused("PUT", `${staging}/flags/shared?dryRun=true`, aFlagBody("shared"));
    await refused("PUT", `${staging}/flags/shared`, aFlagBody("shared"), { "x-change-note": "%20" });
    expect((await t.call("PUT", `${staging}/flags/shared`, aFlagBody("shared"), noted("launch"))).status).toBe(200);
    // The definition belongs to staging as well.
    await refused("PATCH", "/api/v1/flags/shared", { description: "new" });
    await refused("PATCH", `${FLAGS}/shared`, { description: "new" });
    expect((await t.call("PATCH", `${FLAGS}/shared`, { enabled: false })).status).toBe(200);
    await refused("POST", `${staging}/keys`, { kind: "server" });
    await refused("PATCH", staging, { requiresNote: false });
    await refused("DELETE", `${staging}?confirm=staging`);
    // A write that changes nothing needs no reason.
    expect((await t.call("PUT", `${staging}/flags/shared`, aFlagBody("shared"))).status).toBe(200);
    await t.project.backends.neon.query("update flag_configurations set enabled = true where environment = 'staging'");
    expect((await t.call("PATCH", staging, { requiresNote: false }, noted("enough"))).status).toBe(200);
    expect((await t.call("PATCH", `${staging}/flags/shared`, { enabled: false })).status).toBe(200);
  });

  test("a token without rights does not learn that a note is missing", async ({ expect }) => {
    await t.call("PATCH", `${ENVIRONMENTS}/staging`, { requiresNote: true });
    const body = { role: "write", environments: ["production"] };
    const { token } = (await t.call("POST", "/api/v1/tokens", body)).body;
    const change = await send(t.isolate, token, "PATCH", `${FLAGS}/shared`, { description: "theirs" });
    expect([change.status, change.body.detail]).toEqual([403, expect.not.stringContaining("note")]);
    await t.call("PATCH", `${ENVIRONMENTS}/staging`, { requiresNote: false }, noted("done"));
  });
});

interface Operation {
  operationId: string;
  parameters?: { name: string }[];
}
