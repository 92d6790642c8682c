import { afterEach, beforeEach, expect, test } from "vitest";
import { startPurgeEndpoint, type PurgeEndpoint } from "../../../dev/endpoints/purge-endpoint.ts";

let endpoint: PurgeEndpoint;
const purged: string[] = [];

beforeEach(async () => {
  purged.length = 0;
  endpoint = await startPurgeEndpoint({ onPurge: (tags) => void purged.push(...tags) });
});
afterEach(() => endpoint.close());

async function purge(body: unknown, token = endpoint.token) {
  const response = await fetch(`${endpoint.url}/client/v4/zones/zone1/purge_cache`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body: await response.json() };
}

test("accepts a purge by tags in Cloudflare's shape and records it", async () => {
  expect(await purge({ tags: ["a", "b"] })).toMatchObject({
    status: 200,
    body: { success: true, errors: [], messages: [], result: { id: "zone1" } },
  });
  expect(endpoint.calls()).toMatchObject([{ zone: "zone1", tags: ["a", "b"] }]);
  expect(purged).toEqual(["a", "b"]);
  expect(endpoint.stats()).toMatchObject({ requests: 1, purges: 1, tags: 2, refused: 0 });
});

test("refuses a wrong token, no tags and more than 100 tags", async () => {
  expect(await purge({ tags: ["a"] }, "wrong")).toMatchObject({ status: 403, body: { success: false } });
  expect(await purge({ tags: [] })).toMatchObject({ status: 400 });
  const tags = Array.from({ length: 101 }, (_, i) => `t${i}`);
  expect(await purge({ tags })).toMatchObject({ status: 400, body: { success: false } });
  expect(await purge({ tags: tags.slice(1) })).toMatchObject({ status: 200 });
  expect(endpoint.stats()).toMatchObject({ purges: 1, refused: 3 });
});

test("responds with 429 and Retry-After to the given number of calls", async () => {
  endpoint.rateLimitNext(2, 3);
  expect(await purge({ tags: ["a"] })).toMatchObject({ status: 429, retryAfter: "3", body: { success: false } });
  expect(await purge({ tags: ["a"] })).toMatchObject({ status: 429 });
  expect(await purge({ tags: ["a"] })).toMatchObject({ status: 200 });
  expect(purged).toEqual(["a"]);
});

test("injects faults", async () => {
  endpoint.setFaults({ dropAfterApply: true });
  await expect(purge({ tags: ["a"] })).rejects.toThrow("fetch failed");
  endpoint.setFaults({ errorRate: 1 });
  expect(await purge({ tags: ["b"] })).toMatchObject({ status: 500 });
  expect(purged).toEqual(["a"]);
});

test("purges reach each data centre after different times, or are lost", async () => {
  const reached: string[] = [];
  // Two numbers for each purge and data centre: the travel time, and whether the purge is lost.
  const draws = [0.9, 0.5, 0, 0.5, 0, 0.5, 0, 0.01];
  const other = await startPurgeEndpoint({
    dataCentres: [(tags) => void reached.push(`1 ${tags[0]}`), (tags) => void reached.push(`2 ${tags[0]}`)],
    delivery: { minMs: 1, maxMs: 200, lossRate: 0.1, random: () => draws.shift() ?? 0.5 },
  });
  for (const tag of ["a", "b"]) {
    await fetch(`${other.url}/client/v4/zones/zone1/purge_cache`, {
      method: "POST",
      headers: { authorization: `Bearer ${other.token}` },
      body: JSON.stringify({ tags: [tag] }),
    });
  }
  await expect.poll(() => reached.at(-1)).toBe("1 a");
  expect(reached).toEqual(["2 a", "1 b", "1 a"]);
  expect(other.stats()).toMatchObject({ purges: 2, lost: 1 });
  await other.close();
});
