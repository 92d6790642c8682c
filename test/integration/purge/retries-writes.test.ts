import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { createSdkKey } from "../../../src/store/writes/keys.ts";
import { aFlagBody, type ApiResponse, type ManagementTest, startManagementTest } from "../management/client.ts";

const ENVIRONMENT = "/api/v1/environments/production";
const FLAG = `${ENVIRONMENT}/flags/banner`;
const SEGMENT = `${ENVIRONMENT}/segments/beta`;
const KEY = "AAAAAAAAAAAA";
const condition = { attribute: "plan", operator: "in", values: ["pro"] };

type Call = [method: string, path: string, body?: unknown, headers?: Record<string, string>];

interface Retried {
  call: Call;
  /** The status of the repeated call. */
  again: number;
}

/** The repeated calls. `{tag}` stands for the resource's ETag before the first call. */
const WRITES: Record<string, Retried & { tagOf?: string }> = {
  "create a flag": { call: ["POST", `${ENVIRONMENT}/flags`, aFlagBody("fresh")], again: 409 },
  "replace a flag": { call: ["PUT", FLAG, aFlagBody("banner", { enabled: false })], again: 200 },
  "replace a flag, If-Match": {
    call: ["PUT", FLAG, aFlagBody("banner", { enabled: false }), { "if-match": "{tag}" }],
    tagOf: FLAG,
    again: 412,
  },
  "create a flag by PUT, If-None-Match": {
    call: ["PUT", `${ENVIRONMENT}/flags/fresh`, aFlagBody("fresh"), { "if-none-match": "*" }],
    again: 412,
  },
  "patch a flag": { call: ["PATCH", FLAG, { enabled: false }], again: 200 },
  "patch a flag, If-Match": {
    call: ["PATCH", FLAG, { enabled: false }, { "if-match": "{tag}" }],
    tagOf: FLAG,
    again: 412,
  },
  "update a flag": { call: ["POST", "/flags/banner/update?environment=production", { enabled: false }], again: 200 },
  "delete a flag": { call: ["DELETE", FLAG], again: 404 },
  "delete a flag, If-Match": { call: ["DELETE", FLAG, undefined, { "if-match": "{tag}" }], tagOf: FLAG, again: 404 },
  "patch a definition": { call: ["PATCH", "/api/v1/flags/banner", { metadata: { team: "growth" } }], again: 200 },
  "delete a definition": { call: ["DELETE", "/api/v1/flags/banner"], again: 404 },
  "create a segment": { call: ["POST", `${ENVIRONMENT}/segments`, { key: "fresh", condition }], again: 409 },
  "replace a segment": { call: ["PUT", SEGMENT, { condition }], again: 200 },
  "patch a segment": { call: ["PATCH", SEGMENT, { condition }], again: 200 },
  "patch a segment, If-Match": {
    call: ["PATCH", SEGMENT, { condition }, { "if-match": "{tag}" }],
    tagOf: SEGMENT,
    again: 412,
  },
  "delete a segment": { call: ["DELETE", SEGMENT], again: 404 },
  "create an environment": {
    call: ["POST", "/api/v1/environments", { key: "fresh", name: "Fresh", copyFrom: "production" }],
    again: 409,
  },
  "rename an environment": { call: ["PATCH", "/api/v1/environments/old", { name: "Older" }], again: 200 },
  "delete an environment": { call: ["DELETE", "/api/v1/environments/old?confirm=old"], again: 404 },
  "revoke a key": { call: ["DELETE", `${ENVIRONMENT}/keys/${KEY}`], again: 404 },
};

/** The response to a write is lost after Postgres has committed it, and the caller repeats the call. */
describe("repeating a write whose response was lost", () => {
  let api: ManagementTest;
  const { stringify } = JSON;
  beforeAll(async () => {
    api = await startManagementTest();
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    const { neon } = api.project.backends;
    await neon.exec(`begin;
      delete from flag_configurations; delete from flags; delete from segments; delete from sdk_keys where id = '${KEY}';
      delete from sdk_keys where environment = 'fresh'; delete from environments where key in ('old', 'fresh'); commit;`);
    await api.call("PUT", FLAG, aFlagBody("banner"));
    await api.call("PUT", SEGMENT, { condition: { ...condition, values: ["free"] } });
    await api.call("POST", "/api/v1/environments", { key: "old", name: "Old" });
    const key = { id: KEY, kind: "server", name: "k", secretHash: "0".repeat(64), origins: [] } as const;
    await createSdkKey(api.project.db, "production", { ...key, origins: [] }, { actor: "test" });
  });

  /** Returns the versions, and the number of rows in every table that a write changes. */
  const readState = async (): Promise<string> => {
    const { neon } = api.project.backends;
    const [row] = await neon.query<{ left: unknown }>(`select json_build_object(
      'versions', (select json_object_agg(key, version) from environments), 'outbox', (select count(*) from outbox),
      'audit', (select count(*) from audit), 'documents', (select json_agg(v order by key) from document_versions v),
      'keys', (select count(*) from sdk_keys)) as left`);
    return stringify(row?.left);
  };
  /** Makes a call twice and loses the first response. Returns the response and the state after each call. */
  const twice = async (
    call: Call,
  ): Promise<{ first: ApiResponse; applied: string; second: ApiResponse; after: string }> => {
    const [method, path] = call;
    const first = await losingTheBatch(() => api.call(...call), `${method} ${path}`);
    const applied = await readState();
    const second = await api.call(...call);
    return { first, applied, second, after: await readState() };
  };
  /** Runs the work and loses the response to its write, but not to the reads before it. */
  const losingTheBatch = async (work: () => Promise<ApiResponse>, what: string): Promise<ApiResponse> => {
    const real = globalThis.fetch;
    let lost = 0;
    globalThis.fetch = async (input, init) => {
      const isBatch = typeof init?.body === "string" && init.body.includes("begin_write");
      if (!isBatch) return real(input, init);
      lost += 1;
      await (await real(input, init)).arrayBuffer();
      throw new TypeError("the connection was closed");
    };
    const response = await work().finally(() => (globalThis.fetch = real));
    if (lost !== 1) throw new Error(`${what} sent ${lost} batches instead of one`);
    return response;
  };

  test.for(Object.entries(WRITES))("%s", async ([, { call, tagOf, again }], { expect }) => {
    const [method, path, body, headers = {}] = call;
    const tag = tagOf === undefined ? "" : ((await api.call("GET", tagOf)).headers.get("etag") ?? "");
    const tagged = Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, text.replace("{tag}", tag)]),
    );
    const before = await readState();
    const { first, applied, second, after } = await twice([method, path, body, tagged]);
    expect(first.status).toBe(503);
    expect(applied).not.toBe(before);
    expect(second.status).toBe(again);
    expect(after).toBe(applied);
  });

  test("create a key: creates a second one, because nobody knows the first one's secret", async ({ expect }) => {
    const { first, applied, second, after } = await twice(["POST", `${ENVIRONMENT}/keys`, { kind: "server" }]);
    expect([first.status, second.status]).toEqual([503, 201]);
    expect(JSON.parse(after).keys).toBe(JSON.parse(applied).keys + 1);
  });
});
