import { request } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, test } from "vitest";
import { flagTag } from "../../../../src/delivery/publish/purge-targets.ts";
import { startPurgeEndpoint, type PurgeEndpoint } from "../../../../dev/endpoints/purge-endpoint.ts";
import { startIsolate } from "../../../support/app.ts";
import { type Colo, startColo } from "../../../support/edge/colo.ts";
import { MapEdgeCache } from "../../../support/edge/edge-cache.ts";
import { type OfrepWorld, PAGE_ORIGIN, startOfrepWorld } from "../../../support/ofrep/ofrep-world.ts";
import { KEY_SECRET } from "../../../support/project.ts";

interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Requests a URL without the processing of `fetch`, and returns the bytes as they came. */
async function rawGet(url: URL, headers: Record<string, string>): Promise<Raw> {
  const { promise, resolve, reject } = Promise.withResolvers<Raw>();
  request(url, { headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
    );
  })
    .on("error", reject)
    .end();
  return promise;
}

describe("GET /flags as HTTP", () => {
  let world: OfrepWorld;
  let purge: PurgeEndpoint;
  let cache: MapEdgeCache;
  beforeAll(async () => {
    world = await startOfrepWorld();
    purge = await startPurgeEndpoint();
    cache = new MapEdgeCache(world.clock.now);
    await world.save({ key: "kept" });
    await world.published();
  });
  afterAll(async () => {
    await purge.close();
    await world.close();
  });

  /** Starts an isolate in the data centre. */
  const start = () =>
    startIsolate(
      {
        ...world.backends.bindings,
        KEY_SECRET,
        CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
        CF_PURGE_TOKEN: purge.token,
        CF_API_URL: `${purge.url}/client/v4`,
      },
      world.clock,
      { openCache: cache.open },
    );
  const get = async (path: string, headers: Record<string, string> = {}, method = "GET") => {
    const isolate = start();
    const response = await isolate.fetch(path, { method, headers: { "x-api-key": world.clientKey, ...headers } });
    const text = await response.text();
    await isolate.settled();
    return { status: response.status, headers: response.headers, text };
  };
  /** Returns the only entry of a response that the data centre keeps. */
  const kept = async () => {
    const [url, ...others] = cache.responses();
    if (others.length > 0) throw new Error("the data centre keeps several responses");
    return url === undefined ? undefined : cache.match(url);
  };

  test("clients revalidate and data centres keep, by separate headers", async ({ expect }) => {
    cache.clear();
    const { headers } = await get("/flags/kept?plan=pro");
    expect(headers.get("cache-control")).toBe("private, no-cache");
    expect(headers.get("vary")).toBe("Authorization, X-API-Key, Origin");
    expect(headers.get("etag")).toMatch(/^"[0-9a-f]{16}"$/);
    expect(headers.has("cache-tag")).toBe(false);
    const copy = await kept();
    expect(copy?.headers.get("cache-control")).toBe("public, max-age=60");
    const tags = copy?.headers.get("cache-tag")?.split(",") ?? [];
    expect(tags.toSorted()).toEqual(
      [
        "burgee:env:production",
        flagTag("burgee", "production", "@keys"),
        flagTag("burgee", "production", "kept"),
      ].toSorted(),
    );
  });

  test("a kept response is the same response, also for HEAD and If-None-Match", async ({ expect }) => {
    const first = await get("/flags/kept?plan=team");
    const again = await get("/flags/kept?plan=team");
    expect(again.headers.get("cache-status")).toBe("Burgee-Edge; hit");
    expect([again.text, again.headers.get("etag")]).toEqual([first.text, first.headers.get("etag")]);
    expect(again.headers.get("cache-control")).toBe("private, no-cache");
    expect(again.headers.has("cache-tag")).toBe(false);
    const head = await get("/flags/kept?plan=team", {}, "HEAD");
    expect([head.status, head.text, head.headers.get("etag")]).toEqual([200, "", first.headers.get("etag")]);
    const known = await get("/flags/kept?plan=team", { "if-none-match": first.headers.get("etag") ?? "" });
    expect([known.status, known.text]).toEqual([304, ""]);
    expect(known.headers.get("vary")).toBe("Authorization, X-API-Key, Origin");
    expect(known.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("keys and origins do not share a kept response, and the order of attributes is ignored", async ({ expect }) => {
    const source = async (path: string, headers: Record<string, string> = {}) =>
      (await get(path, headers)).headers.get("cache-status");
    await source("/flags/kept?a=1&b=2");
    expect(await source("/flags/kept?b=2&a=1")).toBe("Burgee-Edge; hit");
    expect(await source("/flags/kept?a=1&b=2", { "x-api-key": world.serverKey })).not.toBe("Burgee-Edge; hit");
    expect(await source("/flags/kept?a=1&b=2", { origin: PAGE_ORIGIN })).not.toBe("Burgee-Edge; hit");
    expect(await source("/flags/kept?a=1&b=2", { "cache-control": "no-cache" })).toBe("Burgee-Edge; hit");
  });

  test("no cache keeps an error", async ({ expect }) => {
    cache.clear();
    const { status, headers } = await get("/flags/nope?a=1");
    expect([status, headers.get("cache-control")]).toEqual([404, "no-store"]);
    expect(await kept()).toBeUndefined();
  });
});

describe("compression", () => {
  let world: OfrepWorld;
  let colo: Colo;
  beforeAll(async () => {
    world = await startOfrepWorld();
    colo = await startColo({ bindings: { ...world.backends.bindings, KEY_SECRET } });
  });
  afterAll(async () => {
    await colo.dispose();
    await world.close();
  });

  const get = async (path: string, headers: Record<string, string>) =>
    rawGet(new URL(path, (await colo.miniflare.ready).href), { "x-api-key": world.clientKey, ...headers });

  test("is left to the edge, and no header forbids it", async ({ expect }) => {
    const plain = await get("/flags?plan=pro", {});
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.headers["cache-control"]).not.toContain("no-transform");
    for (const [coding, decode] of [
      ["gzip", gunzipSync],
      ["br", brotliDecompressSync],
    ] as const) {
      const { headers, body } = await get("/flags?plan=pro", { "accept-encoding": coding });
      expect(headers["content-encoding"]).toBe(coding);
      expect(headers["content-type"]).toBe("application/json");
      expect(body.length).toBeLessThan(plain.body.length / 2);
      const { flags } = JSON.parse(decode(body).toString()) as { flags: unknown[] };
      expect(flags.length).toBe((JSON.parse(plain.body.toString()) as { flags: unknown[] }).flags.length);
    }
  });

  test("may weaken the ETag, which still gives a 304", async ({ expect }) => {
    const { headers } = await get("/flags?plan=pro", { "accept-encoding": "gzip" });
    const weak = `W/${String(headers["etag"]).replace(/^W\//, "")}`;
    const known = await get("/flags?plan=pro", { "accept-encoding": "gzip", "if-none-match": weak });
    expect([known.status, known.body.length]).toEqual([304, 0]);
  });
});
