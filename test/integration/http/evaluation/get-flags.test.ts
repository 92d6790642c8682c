import { afterAll, beforeAll, describe, test } from "vitest";
import { type PurgeEndpoint, startPurgeEndpoint } from "../../../../dev/endpoints/purge-endpoint.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { type Colo, startColo } from "../../../support/edge/colo.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

describe("GET /flags", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({
      key: "by-plan",
      rules: [
        { id: "pro", when: { attribute: "plan", operator: "equals", values: ["pro"] }, serve: { variant: "off" } },
      ],
    });
    await project.save({
      key: "by-person",
      rules: [
        {
          id: "me",
          when: { attribute: "targetingKey", operator: "equals", values: ["me"] },
          serve: { variant: "off" },
        },
      ],
    });
    await project.save({
      key: "roles",
      rules: [
        {
          id: "r",
          when: { attribute: "roles", operator: "array_contains_any", values: ["admin"] },
          serve: { variant: "off" },
        },
      ],
    });
    isolate = startIsolate(project.bindings, clock);
  });
  afterAll(() => project.close());

  const get = async (
    path: string,
    headers: Record<string, string> = { authorization: `Bearer ${project.serverKey}` },
    method = "GET",
  ) => {
    const response = await isolate.fetch(path, { method, headers });
    const text = await response.text();
    return {
      status: response.status,
      json: text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>),
      headers: response.headers,
    };
  };

  test("takes attributes from the query", async ({ expect }) => {
    expect((await get("/flags/by-plan?targetingKey=u1&plan=pro")).json).toEqual({
      key: "by-plan",
      value: false,
      reason: "TARGETING_MATCH",
      variant: "off",
      metadata: { flagSetId: "production", version: expect.any(String) },
    });
    expect((await get("/flags/by-plan?plan=free")).json).toMatchObject({ value: true, reason: "DEFAULT" });
  });

  test("user_id is an alias of targetingKey", async ({ expect }) => {
    expect((await get("/flags/by-person?user_id=me")).json).toMatchObject({ value: false });
  });

  test("takes other types through `context` as JSON", async ({ expect }) => {
    const context = encodeURIComponent(JSON.stringify({ roles: ["admin"] }));
    expect((await get(`/flags/roles?context=${context}`)).json).toMatchObject({ value: false });
    expect((await get("/flags/roles?context=nonsense")).status).toBe(400);
    expect((await get("/flags/roles?__proto__=x")).status).toBe(400);
  });

  test("returns all flags without a name", async ({ expect }) => {
    expect((await get("/flags?plan=pro")).json).toMatchObject({
      flags: [{ key: "by-person" }, { key: "by-plan", value: false }, { key: "roles" }],
    });
  });

  test("an unknown flag is a 404 that reads as false", async ({ expect }) => {
    const { status, json, headers } = await get("/flags/nope");
    expect(status).toBe(404);
    expect(json).toMatchObject({
      key: "nope",
      value: false,
      errorCode: "FLAG_NOT_FOUND",
      status: 404,
      requestId: expect.any(String),
    });
    expect(headers.get("content-type")).toContain("application/problem+json");
  });

  test("clients revalidate with the ETag", async ({ expect }) => {
    const first = await get("/flags/by-plan?plan=pro");
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    const etag = first.headers.get("etag") ?? "";
    const auth = { authorization: `Bearer ${project.serverKey}` };
    expect((await get("/flags/by-plan?plan=pro", { ...auth, "if-none-match": etag })).status).toBe(304);
    expect((await get("/flags/by-plan?plan=free", { ...auth, "if-none-match": etag })).status).toBe(200);
  });

  test("a script tag, which cannot send headers, passes its client key in the query", async ({ expect }) => {
    expect((await get(`/flags/by-plan?sdkKey=${project.clientKey}`, {})).status).toBe(200);
    expect((await get("/flags/by-plan", {})).status).toBe(401);
  });

  test("HEAD is GET without a body", async ({ expect }) => {
    const { status, json, headers } = await get(
      "/flags/by-plan",
      { authorization: `Bearer ${project.serverKey}` },
      "HEAD",
    );
    expect([status, json]).toEqual([200, undefined]);
    expect(headers.get("etag")).toBeTruthy();
  });
});

describe("responses to GET that the data centre keeps", () => {
  let project: TestProject;
  let purge: PurgeEndpoint;
  let colo: Colo;

  beforeAll(async () => {
    project = await startTestProject();
    purge = await startPurgeEndpoint();
    await project.save({ key: "kept" });
    await project.save({
      key: "where",
      rules: [
        {
          id: "nl",
          when: { attribute: "request.country", operator: "equals", values: ["NL"] },
          serve: { variant: "off" },
        },
      ],
    });
    colo = await startColo({
      bindings: {
        ...project.bindings,
        CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
        CF_PURGE_TOKEN: purge.token,
        CF_API_URL: `${purge.url}/client/v4`,
        // Like a new isolate, this one never counts as warm, so it uses responses that the data centre keeps.
        CACHE_HEAD_CHECK_MS: "0",
        CACHE_HOST: "edge.test",
      },
    });
  });
  afterAll(async () => {
    await colo.dispose();
    await purge.close();
    await project.close();
  });

  const get = async (path: string) => {
    const response = await colo.fetch(path, { headers: { authorization: `Bearer ${project.serverKey}` } });
    await response.arrayBuffer();
    return response.headers.get("cache-status");
  };

  test("serve a second isolate's request without a round trip", async ({ expect }) => {
    await get("/flags/kept?b=2&a=1");
    await expect.poll(() => get("/flags/kept?a=1&b=2")).toBe("Burgee-Edge; hit");
    await colo.settled();
    project.resetStats();
    await get("/flags/kept?a=1&b=2");
    expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
  });

  test("exclude those that depend on the caller's place", async ({ expect }) => {
    for (let i = 0; i < 3; i++) expect(await get("/flags/where")).not.toBe("Burgee-Edge; hit");
  });
});
