import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { allPages, ApiError, type Client, createClient, UnreachableError } from "../../../sdk/client/client.ts";
import { CONTRACT_FILE, contractTypes } from "../../../dev/api-types.ts";
import { aFlagBody, type ManagementTest, startManagementTest } from "../management/client.ts";

const production = { env: "production" };

describe("the API client", () => {
  let t: ManagementTest;
  let client: Client;
  const clientWith = (token: string): Client =>
    createClient({
      url: "http://edge.test",
      token: () => token,
      fetch: (url, init) => {
        const { pathname, search } = new URL(new Request(url).url);
        return t.isolate.fetch(pathname + search, init);
      },
    });

  beforeAll(async () => {
    t = await startManagementTest();
    client = clientWith(t.project.adminToken);
  });
  afterAll(() => t.close());

  test("has the types of the worker's contract; `npm run api:types` updates them", async ({ expect }) => {
    expect(await contractTypes()).toBe(await readFile(CONTRACT_FILE, "utf8"));
  });

  test("sends the path, query, headers and body of an operation", async ({ expect }) => {
    const written = await client.call("putFlag", {
      path: { ...production, key: "new-search" },
      body: { ...aFlagBody("new-search"), type: "boolean" } as never,
    });
    expect(written).toMatchObject({ status: 200, body: { flag: { key: "new-search" } } });
    const etag = written.headers.get("etag") ?? "";
    await client.call("patchFlag", {
      path: { ...production, key: "new-search" },
      headers: { "If-Match": etag },
      body: { enabled: false },
    });
    const { body } = await client.call("listFlags", { path: production, query: { search: "new-search" } });
    expect(body.items).toMatchObject([{ key: "new-search", enabled: false }]);
  });

  test("throws an error with the deployment's message for each field", async ({ expect }) => {
    const error = await client
      .call("createSegment", { path: production, body: { key: "a b", condition: { all: [] } } })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 422,
      problem: { errors: expect.arrayContaining([expect.objectContaining({ pointer: "/key" })]) },
    });
  });

  test.for([
    ["https://me:secret@flags.test", "url must not contain a user name or password"],
    ["postgres://me:secret@db.test", "url must be the address of a deployment, such as https://flags.example.com"],
    ["flags.test", "url must be the address of a deployment, such as https://flags.example.com"],
  ] as const)("refuses the URL %s without repeating it", ([url, message], { expect }) => {
    expect(() => createClient({ url })).toThrow(new TypeError(message));
  });

  test("reads every page of a list", async ({ expect }) => {
    for (let i = 0; i < 5; i++)
      await t.call("PUT", `/api/v1/environments/production/flags/page-${i}`, aFlagBody(`page-${i}`));
    const items = await allPages((cursor) =>
      client.call("listFlags", { path: production, query: { search: "page-", limit: "2", cursor } }),
    );
    expect(items.map(({ key }) => key)).toEqual([0, 1, 2, 3, 4].map((i) => `page-${i}`));
  });

  test("throws different errors for an unreachable deployment and for a refusal", async ({ expect }) => {
    await expect(clientWith("bga_write_forged").call("listEnvironments")).rejects.toMatchObject({ status: 401 });
    const nowhere = createClient({ url: "http://127.0.0.1:9", timeoutMs: 2000 });
    await expect(nowhere.call("listEnvironments")).rejects.toThrow(UnreachableError);
    const other = createClient({
      url: "http://other.test",
      fetch: async () => new Response("<html>", { status: 502 }),
    });
    await expect(other.call("listEnvironments")).rejects.toThrow(
      "returned status 502, text/plain;charset=UTF-8, with a body that is not from Burgee",
    );
  });
});
