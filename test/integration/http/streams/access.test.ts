import { afterAll, beforeAll, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { MapEdgeCache } from "../../../support/edge/edge-cache.ts";
import { EventStreamReader } from "../../../support/event-stream.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

const PATH = "/ofrep/v1/stream";
const BULK = "/ofrep/v1/evaluate/flags";
const SHOP = "https://shop.example";

interface BulkBody {
  flags: unknown[];
  eventStreams?: { type: string; url: string; inactivityDelaySec: number }[];
}

/** The requests that may open a change stream, and the responses that mention it. */
describe("access to change streams", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "banner" });
    isolate = startIsolate(project.bindings, clock);
    await manage("POST", "", { key: "staging", name: "Staging" });
  });
  afterAll(() => project.close());

  const manage = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await isolate.fetch(`/api/v1/environments${path}`, {
      method,
      headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const addKey = async (key: object, environment = "production"): Promise<{ id: string; token: string }> => {
    const { key: made, token } = (await manage("POST", `/${environment}/keys`, { name: "test", ...key })) as {
      key: { id: string };
      token: string;
    };
    return { id: made.id, token };
  };
  const ask = (key: string, headers: Record<string, string> = {}, method = "GET") =>
    isolate.fetch(`${PATH}${key === "" ? "" : `?key=${key}`}`, { method, headers });
  const bulk = (headers: Record<string, string>, on = isolate, path = BULK, method = "POST") =>
    on.fetch(path, { method, headers: { authorization: `Bearer ${project.clientKey}`, ...headers } });
  const quiet = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 2));
  };

  /** Returns the status, and closes the stream if there is one. */
  const statusOf = async (asked: Promise<Response>): Promise<number> => {
    const response = await asked;
    await response.body?.cancel();
    return response.status;
  };

  test("a client key goes into the URL or a header, a server key only into a header", async ({ expect }) => {
    expect(await statusOf(ask(project.clientKey))).toBe(200);
    expect(await statusOf(ask("", { authorization: `Bearer ${project.clientKey}` }))).toBe(200);
    expect(await statusOf(ask("", { "x-api-key": project.serverKey }))).toBe(200);
    expect(await statusOf(ask(project.serverKey))).toBe(403);
  });

  test("refuses admin tokens, forged keys and missing keys, readable across origins", async ({ expect }) => {
    expect(await statusOf(ask("", { authorization: `Bearer ${project.adminToken}` }))).toBe(403);
    for (const key of ["", `${project.clientKey.slice(0, -1)}x`]) {
      const response = await ask(key, { origin: SHOP });
      expect(response.status).toBe(401);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(await response.json()).toMatchObject({ errorCode: "GENERAL" });
    }
  });

  test("refuses origins that the key does not allow", async ({ expect }) => {
    const { token } = await addKey({ kind: "client", origins: [SHOP] });
    expect(await statusOf(ask(token, { origin: SHOP }))).toBe(200);
    expect(await statusOf(ask(token, { origin: "https://elsewhere.example" }))).toBe(403);
  });

  test("an environment that is deleted without Redis' knowledge ends its streams", async ({ expect }) => {
    await manage("POST", "", { key: "short-lived", name: "Short-lived" });
    const { token } = await addKey({ kind: "client" }, "short-lived");
    const reader = new EventStreamReader(await ask(token));
    await quiet();
    await project.backends.neon.query("delete from sdk_keys where environment = $1", ["short-lived"]);
    await project.backends.neon.query("delete from outbox where environment = $1", ["short-lived"]);
    await project.backends.neon.query("delete from environments where key = $1", ["short-lived"]);
    await project.backends.upstash.command("FLUSHALL");
    for (let i = 0; i < 3; i++) {
      await clock.advance(1000);
      await quiet();
    }
    expect(reader.isEnded).toBe(true);
  });

  test("an environment that is created again has streams again, even if an old one is left", async ({ expect }) => {
    const make = async () => {
      await manage("POST", "", { key: "phoenix", name: "Phoenix" });
      return (await addKey({ kind: "client" }, "phoenix")).token;
    };
    const token = await make();
    const feed = await isolate.services.streams?.openFeed();
    const dead = feed?.subscribe("phoenix", { waitUntil: () => undefined }, "all");
    await manage("DELETE", "/phoenix?confirm=phoenix");
    await clock.advance(1000);
    expect(await statusOf(ask(token))).toBe(401);
    expect(await dead?.state()).toBe("unknown-environment");
    expect(await statusOf(ask(await make()))).toBe(200);
    dead?.close();
  });

  test("accepts a key that another isolate has just created", async ({ expect }) => {
    const other = startIsolate(project.bindings, clock);
    expect(await statusOf(other.fetch(`${PATH}?key=${project.clientKey}`))).toBe(200);
    const { token } = await addKey({ kind: "client" });
    expect(await statusOf(other.fetch(`${PATH}?key=${token}`))).toBe(200);
  });

  test("revoking a key ends its streams and refuses new ones, and other streams go on", async ({ expect }) => {
    const { id, token } = await addKey({ kind: "client" });
    const revoked = new EventStreamReader(await ask(token));
    const other = new EventStreamReader(await ask(project.clientKey));
    await quiet();
    await manage("DELETE", `/production/keys/${id}`);
    await quiet();
    await clock.advance(1000);
    await quiet();
    expect(revoked.isEnded).toBe(true);
    expect(other.isEnded).toBe(false);
    expect(await statusOf(ask(token))).toBe(401);
    await other.leave();
  });

  test("deleting the environment ends its streams in every isolate", async ({ expect }) => {
    await manage("POST", "", { key: "preview", name: "Preview" });
    const { token } = await addKey({ kind: "client" }, "preview");
    const other = startIsolate(project.bindings, clock);
    const readers = [
      new EventStreamReader(await ask(token)),
      new EventStreamReader(await other.fetch(`${PATH}?key=${token}`)),
    ];
    await quiet();
    await manage("DELETE", "/preview?confirm=preview");
    for (let i = 0; i < 5; i++) {
      await clock.advance(1000);
      await quiet();
    }
    expect(readers.map(({ isEnded }) => isEnded)).toEqual([true, true]);
    expect(await statusOf(ask(token))).toBe(401);
  });

  test("the metrics count open streams", async ({ expect }) => {
    const other = startIsolate(project.bindings, clock);
    const count = async () => {
      const headers = { authorization: `Bearer ${project.adminToken}` };
      const text = await (await other.fetch("/api/v1/metrics", { headers })).text();
      return Number(/^burgee_open_streams\{[^}]*\} (\d+)$/m.exec(text)?.[1]);
    };
    const response = await other.fetch(`${PATH}?key=${project.clientKey}`);
    expect(await count()).toBe(1);
    await response.body?.cancel();
    expect(await count()).toBe(0);
  });

  test("a response that the data centre kept names the stream of the requested host", async ({ expect }) => {
    const cache = new MapEdgeCache(clock.now);
    const zone = { CF_ZONE_ID: "0".repeat(32), CF_PURGE_TOKEN: "x".repeat(20), CF_API_URL: "http://127.0.0.1:9/" };
    const streamAt = async (host: string) => {
      const cold = startIsolate({ ...project.bindings, ...zone }, clock, { openCache: async () => cache });
      const response = await bulk({ origin: SHOP }, cold, `${host}/flags`, "GET");
      const { eventStreams } = (await response.json()) as BulkBody;
      await cold.settled();
      const from = response.headers.get("cache-status");
      return { stream: new URL(eventStreams?.[0]?.url ?? "").host, isKept: from?.includes("Edge") };
    };
    // The isolate's `fetch` puts its path behind "edge.test".
    expect(await streamAt("")).toEqual({ stream: "edge.test", isKept: false });
    expect(await streamAt("")).toEqual({ stream: "edge.test", isKept: true });
    expect(await streamAt(".example")).toEqual({ stream: "edge.test.example", isKept: false });
  });

  test("reveals nothing about other environments", async ({ expect }) => {
    await clock.advance(100_000);
    const reader = new EventStreamReader(await ask(project.clientKey));
    await quiet();
    await manage("POST", "/staging/flags", {
      key: "hidden",
      type: "boolean",
      variants: { on: true },
      enabled: true,
      default: { variant: "on" },
    });
    await clock.advance(2000);
    await quiet();
    expect(reader.versions).toEqual([]);
    await reader.leave();
  });

  test("responds to HEAD without a stream, to OPTIONS without a key, and to others with 405", async ({ expect }) => {
    const { slots } = isolate.services.streams ?? {};
    const open = slots?.open;
    const head = await ask(project.clientKey, {}, "HEAD");
    expect(head.status).toBe(200);
    expect(head.headers.get("content-type")).toContain("text/event-stream");
    expect(head.body).toBeNull();
    expect(slots?.open).toBe(open);
    const options = await ask("", { origin: SHOP, "access-control-request-headers": "last-event-id" }, "OPTIONS");
    expect(options.status).toBe(204);
    const post = await ask(project.clientKey, {}, "POST");
    expect(post.status).toBe(405);
    expect(post.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
  });

  test("browsers with a client key learn the stream's URL, and it works unchanged", async ({ expect }) => {
    const { eventStreams } = (await (await bulk({ origin: SHOP })).json()) as BulkBody;
    const url = `http://edge.test${PATH}?key=${project.clientKey}`;
    expect(eventStreams).toEqual([{ type: "sse", url, inactivityDelaySec: 120 }]);
    expect(await statusOf(isolate.fetch(url.slice("http://edge.test".length)))).toBe(200);
  });

  test("strict clients and browsers with a server key do not learn it", async ({ expect }) => {
    expect(await (await bulk({})).json()).not.toHaveProperty("eventStreams");
    const server = await bulk({ origin: SHOP, authorization: `Bearer ${project.serverKey}` });
    expect(await server.json()).not.toHaveProperty("eventStreams");
  });

  test("a GET contains the same URL under the same ETag", async ({ expect }) => {
    const post = await bulk({ origin: SHOP });
    const get = await bulk({ origin: SHOP }, isolate, "/flags", "GET");
    expect(get.headers.get("etag")).toBe(post.headers.get("etag"));
    const inUrl = await isolate.fetch(`/flags?sdkKey=${project.clientKey}`, { headers: { origin: SHOP } });
    expect(inUrl.headers.get("etag")).toBe(post.headers.get("etag"));
  });

  test("URL and ETag stay the same while the flags do", async ({ expect }) => {
    const etag = (await bulk({ origin: SHOP })).headers.get("etag") ?? "";
    const version = await project.save({ key: "for-servers-only", clientVisible: false });
    const again = await bulk({ origin: SHOP, "if-none-match": etag, "x-flags-min-version": String(version) });
    expect(again.status).toBe(304);
  });

  test("when switched off, the next response is a 200 without a stream, and there is no stream", async ({ expect }) => {
    const etag = (await bulk({ origin: SHOP })).headers.get("etag") ?? "";
    const without = startIsolate({ ...project.bindings, STREAMS_ENABLED: "false" }, clock);
    const response = await bulk({ origin: SHOP, "if-none-match": etag }, without);
    expect(response.status).toBe(200);
    expect(await response.json()).not.toHaveProperty("eventStreams");
    expect((await without.fetch(`${PATH}?key=${project.clientKey}`)).status).toBe(404);
  });
});
