import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "../client.ts";

/** The operations that concern the whole project. Every other one has an environment. */
const PROJECT_WIDE = new Set([
  "getManifest",
  "createManifestFlag",
  "putManifestFlag",
  "deleteManifestFlag",
  "createEnvironment",
  "deleteEnvironment",
  "listDefinitions",
  "getDefinition",
  "patchDefinition",
  "deleteDefinition",
  "archiveFlag",
  "unarchiveFlag",
  "getLifecycle",
  "listRepositories",
  "getRepository",
  "putRepository",
  "deleteRepository",
  "listTokens",
  "createToken",
  "getToken",
  "updateToken",
  "revokeToken",
  "listWebhooks",
  "createWebhook",
  "getWebhook",
  "updateWebhook",
  "deleteWebhook",
  "rotateWebhookSecret",
  "endPreviousWebhookSecret",
  "testWebhook",
  "listWebhookDeliveries",
  "redeliverWebhookEvents",
  "listProjectAudit",
  "listProjectWrites",
  "getMetrics",
]);
/** The operations whose response leaves out the parts that the token may not see. */
const FILTERED = new Set(["listEnvironments"]);
const WITH_QUERY = new Set(["updateFlag"]);

interface Operation {
  id: string;
  method: string;
  path: string;
  isWrite: boolean;
}

let t: ManagementTest;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  t = await startManagementTest();
  await t.call("POST", "/api/v1/environments", { key: "staging" });
  for (const role of ["read", "write"]) {
    for (const environments of [null, ["staging"]]) {
      const created = await t.call("POST", "/api/v1/tokens", { role, environments });
      tokens[`${role} ${environments?.join() ?? "all"}`] = created.body.token;
    }
  }
});
afterAll(() => t.close());

const as = (name: string, method: string, path: string, body?: unknown) =>
  send(t.isolate, tokens[name], method, path, body);

describe("role and environments of a token", () => {
  test("every operation allows exactly what the token's role and environments allow", async ({ expect }) => {
    const operations = await readOperations();
    expect(operations.length).toBeGreaterThan(35);
    for (const id of [...PROJECT_WIDE, ...FILTERED, ...WITH_QUERY])
      expect(operations.map((one) => one.id)).toContain(id);
    for (const { id, method, path, isWrite } of operations) {
      for (const name of Object.keys(tokens)) {
        const [role, reach] = name.split(" ");
        for (const environment of ["staging", "production"]) {
          const address = path
            .replace("{env}", environment)
            .replace(/\{key\}/, "absent")
            .replace("{id}", "999999999999");
          const query = `?dryRun=true${WITH_QUERY.has(id) ? `&environment=${environment}` : ""}`;
          const target = address + (isWrite && id !== "warmCache" ? query : "");
          const isOwn = FILTERED.has(id) || (!PROJECT_WIDE.has(id) && environment === "staging");
          const isAllowed = (role === "write" || !isWrite) && (reach === "all" || isOwn);
          // The stream does not end while it is read.
          const asked = id === "followChanges" ? "HEAD" : method;
          const { status } = await as(name, asked, target, ["POST", "PUT", "PATCH"].includes(method) ? {} : undefined);
          const label = `${name}: ${id} in ${environment}`;
          if (isAllowed) expect([401, 403, 405, 500], label).not.toContain(status);
          else expect(status, label).toBe(403);
        }
      }
    }
  });

  test("an unknown environment gets the same response as another one", async ({ expect }) => {
    const unknown = await as("write staging", "GET", "/api/v1/environments/nowhere/flags");
    const foreign = await as("write staging", "GET", FLAGS);
    expect(unknown).toMatchObject({ status: 403, body: { detail: "the token is for staging only" } });
    expect({ ...unknown.body, requestId: "" }).toEqual({ ...foreign.body, requestId: "" });
  });

  test("a stream follows only the environments of the token", async ({ expect }) => {
    const follow = (name: string, also: string) => as(name, "HEAD", `/api/v1/environments/staging/stream?also=${also}`);
    for (const name of ["read staging", "write staging"])
      for (const also of ["production", "nowhere", "staging,production"])
        expect((await follow(name, also)).status, `${name}: ${also}`).toBe(403);
    expect((await follow("read staging", "staging")).status).toBe(200);
    expect((await follow("read all", "production,nowhere")).status).toBe(200);
  });

  test("the list of environments has only those of the token", async ({ expect }) => {
    const keys = async (name: string) =>
      (await as(name, "GET", "/api/v1/environments")).body.items.map(({ key }: { key: string }) => key);
    expect(await keys("read staging")).toEqual(["staging"]);
    expect(await keys("read all")).toEqual(["production", "staging"]);
  });
});

describe("a token of one environment", () => {
  const STAGING = "/api/v1/environments/staging";
  const shared = aFlagBody("shared", { description: "first" });
  beforeAll(async () => {
    await t.call("POST", FLAGS, shared);
    await t.call("POST", `${STAGING}/flags`, shared);
    await t.call("POST", FLAGS, aFlagBody("foreign"));
  });

  test("changes a shared flag's configuration in its own environment", async ({ expect }) => {
    const changed = await as("write staging", "PATCH", `${STAGING}/flags/shared`, { enabled: false });
    expect(changed).toMatchObject({ status: 200, body: { flag: { enabled: false } } });
    expect((await t.call("GET", `${FLAGS}/shared`)).body.enabled).toBe(true);
  });

  test.for<[name: string, method: string, path: string, body: object]>([
    ["its variants", "PATCH", "/flags/shared", { variants: { third: true } }],
    ["its description", "PATCH", "/flags/shared", { description: "second" }],
    ["the whole flag", "PUT", "/flags/shared", { ...shared, clientVisible: false }],
    ["a project file", "POST", "/apply", { flags: [{ ...shared, metadata: { a: 1 } }] }],
    ["a flag of another environment", "POST", "/flags", aFlagBody("foreign", { tags: ["x"] })],
  ])("cannot change a definition that another environment shares: %s", async ([, method, path, body], { expect }) => {
    const before = (await t.call("GET", "/api/v1/flags/shared")).body;
    const version = (await t.call("GET", "/api/v1/environments/production")).body.version;
    for (const query of ["?dryRun=true", ""]) {
      expect(await as("write staging", method, STAGING + path + query, body)).toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining("shared with environments for which the token has no right") },
      });
    }
    expect((await t.call("GET", "/api/v1/flags/shared")).body).toEqual(before);
    expect((await t.call("GET", "/api/v1/environments/production")).body.version).toBe(version);
  });

  test("cannot restore a definition that another environment shares", async ({ expect }) => {
    await t.call("PATCH", "/api/v1/flags/shared", { description: "restorable" });
    const [{ id }] = (await t.call("GET", "/api/v1/audit?entity=flag&limit=1")).body.items;
    const restore = `${STAGING}/audit/${id}/restore`;
    expect((await as("write staging", "POST", restore, { image: "before" })).status).toBe(403);
    expect((await as("write all", "POST", restore, { image: "before" })).status).toBe(200);
  });

  test("sees and restores no change of another environment", async ({ expect }) => {
    await t.call("PATCH", `${FLAGS}/foreign`, { enabled: false });
    const [{ id }] = (await t.call("GET", "/api/v1/environments/production/audit?limit=1")).body.items;
    const own = await as("write staging", "GET", `${STAGING}/audit?limit=200`);
    const items: { environment: string | null; entity: string; key: string }[] = own.body.items;
    const shownElsewhere = items.filter(({ environment }) => environment !== "staging");
    expect(new Set(shownElsewhere.map(({ entity, key: flag }) => `${entity} ${flag}`))).toEqual(
      new Set(["flag shared"]),
    );
    const restored = await as("write staging", "POST", `${STAGING}/audit/${id}/restore`, { image: "before" });
    expect(restored.status).toBe(404);
    const [definition] = (await t.call("GET", "/api/v1/audit?entity=flag&key=foreign&limit=1")).body.items;
    const path = `${STAGING}/audit/${definition.id}/restore`;
    expect((await as("write staging", "POST", path, { image: "after" })).status).toBe(404);
    expect((await as("write all", "POST", path, { image: "after" })).status).not.toBe(404);
    expect((await t.call("GET", `${FLAGS}/foreign`)).body.enabled).toBe(false);
  });

  test("creates, changes and deletes flags that only its environment has", async ({ expect }) => {
    expect((await as("write staging", "POST", `${STAGING}/flags`, aFlagBody("own"))).status).toBe(201);
    expect((await as("write staging", "PATCH", `${STAGING}/flags/own`, { description: "changed" })).status).toBe(200);
    expect((await as("write staging", "DELETE", `${STAGING}/flags/own`)).status).toBe(200);
    expect((await as("write staging", "DELETE", `${STAGING}/flags/shared`)).status).toBe(200);
    expect((await t.call("GET", `${FLAGS}/shared`)).status).toBe(200);
  });

  test("manages keys, segments and overrides of its environment", async ({ expect }) => {
    expect((await as("write staging", "POST", `${STAGING}/keys`, { kind: "server" })).status).toBe(201);
    const segment = { key: "beta", condition: { attribute: "plan", operator: "equals", values: ["pro"] } };
    expect((await as("write staging", "POST", `${STAGING}/segments`, segment)).status).toBe(201);
    expect((await as("write staging", "PATCH", STAGING, { overridesAllowed: true })).status).toBe(200);
  });
});

/** Reads the operations for which /openapi.json requires an admin token. */
async function readOperations(): Promise<Operation[]> {
  const { body } = await t.call("GET", "/openapi.json");
  return Object.entries(body.paths as Record<string, Record<string, Contract>>).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { operationId, security = [], responses }]) =>
      security.some((one) => "adminToken" in one)
        ? [{ id: operationId, method: method.toUpperCase(), path, isWrite: "429" in responses }]
        : [],
    ),
  );
}

interface Contract {
  operationId: string;
  security?: object[];
  responses: object;
}
