import { createConnection } from "node:net";
import { Redis } from "@upstash/redis";
import { neon, neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type Backends, startBackends } from "../../../dev/endpoints/backends.ts";

/** Faults of both endpoints, and the one that only Redis has. The tests of each endpoint cover `down` and `hang`. */
let backends: Backends;
let time = 1_000_000;

beforeAll(async () => {
  backends = await startBackends({ migrate: false, now: () => time });
  await backends.neon.exec("create table items (id int)");
});
afterAll(() => backends.close());
beforeEach(async () => {
  backends.upstash.setFaults({});
  backends.neon.setFaults({});
  await backends.neon.exec("delete from items");
  await backends.upstash.command("FLUSHDB");
});

const redis = (url = backends.upstash.url) =>
  new Redis({
    url,
    token: backends.upstash.token,
    retry: { retries: 0 },
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    signal: () => AbortSignal.timeout(5000),
  });
const endpoints = [
  {
    name: "Upstash",
    endpoint: () => backends.upstash,
    write: (url?: string) => redis(url).incr("n"),
    applied: async () => Number((await backends.upstash.command("GET", "n")) ?? 0),
  },
  {
    name: "Neon",
    endpoint: () => backends.neon,
    write: async (url?: string) => {
      neonConfig.fetchEndpoint = url ?? backends.neon.url;
      await neon(backends.neon.connectionString)`insert into items values (1)`;
    },
    applied: async () => (await backends.neon.query("select id from items")).length,
  },
];

/** Tries to connect. Returns "refused" or "lost" if that fails, and "listens" if it works. */
function knock(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("connect", () => resolve("listens"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED" ? "refused" : "lost"));
    socket.once("close", () => socket.destroy());
    socket.once("connect", () => socket.destroy());
  });
}

describe.each(endpoints)("the $name endpoint", ({ endpoint, write, applied }) => {
  const url = () => `http://127.0.0.1:${endpoint().port}`;
  const post = (faults: object) => fetch(`${url()}/__faults`, { method: "POST", body: JSON.stringify(faults) });

  test("refuses connections for a time, then listens on the same port again", async ({ expect }) => {
    expect((await post({ refuseForMs: 2000 })).status).toBe(200);
    await expect.poll(() => knock(endpoint().port)).toBe("refused");
    await expect(write()).rejects.toThrow();
    await expect.poll(() => knock(endpoint().port)).toBe("listens");
    await write();
    expect(await applied()).toBe(1);
  });

  test("refuses connections until the fault is removed", async ({ expect }) => {
    endpoint().setFaults({ refuseForMs: 600_000 });
    endpoint().setFaults({ refuseForMs: 500_000 });
    expect(await knock(endpoint().port)).toBe("refused");
    endpoint().setFaults({});
    await expect.poll(() => knock(endpoint().port)).toBe("listens");
    await write();
  });

  test("responds with garbage and applies nothing", async ({ expect }) => {
    endpoint().setFaults({ garbage: true });
    await expect(write()).rejects.toThrow();
    const response = await fetch(url(), { method: "POST", body: "[]" });
    expect(response.status).toBe(200);
    await expect(response.json()).rejects.toThrow(SyntaxError);
    expect(await applied()).toBe(0);
  });

  test("responds with JSON of a different shape each time and applies nothing", async ({ expect }) => {
    endpoint().setFaults({ wrongType: true });
    const bodies = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const response = await fetch(url(), { method: "POST", body: "[]" });
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
      bodies.add(JSON.stringify(await response.json()));
    }
    expect(bodies.size).toBeGreaterThan(10);
    await write().catch(() => undefined);
    expect(await applied()).toBe(0);
  });

  test("applies the request and cuts the response off in the middle", async ({ expect }) => {
    endpoint().setFaults({ truncate: true });
    await expect(write()).rejects.toThrow();
    expect(await applied()).toBe(1);
    const response = await fetch(url(), { method: "POST", body: "[]" });
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(1);
    await expect(response.text()).rejects.toThrow("terminated");
  });
});

describe.each(endpoints)("the side door of the $name endpoint", ({ endpoint, write, applied }) => {
  test("reaches the same data without the faults", async ({ expect }) => {
    const url = await endpoint().openSideDoor();
    endpoint().setFaults({ down: true });
    await write(url);
    await expect(write()).rejects.toThrow();
    expect(await applied()).toBe(1);
  });
});

describe("a lagging replica of Redis", () => {
  test("starts with the existing data and gets each write after the lag", async ({ expect }) => {
    const client = redis();
    await client.hset("h", { f: "1" });
    await client.set("text", "1");
    await client.pexpire("h", 60_000);
    backends.upstash.setFaults({ lagMs: 500 });
    expect(await client.hset("h", { f: "2", g: "2" })).toBe(1);
    expect(await client.hmget("h", "f", "g")).toEqual(["1", null]);
    expect(await client.get("text")).toBe("1");
    expect(await client.pttl("h")).toBeGreaterThan(55_000);
    time += 300;
    await client.pipeline().hset("h", { f: "3" }).hget("h", "f").exec();
    time += 199;
    expect(await client.hget("h", "f")).toBe("1");
    time += 1;
    expect(await client.hgetall("h")).toEqual(["f", "2", "g", "2"]);
    expect(await client.evalRo("return redis.call('HGET', KEYS[1], 'f')", ["h"], [])).toBe("2");
    time += 300;
    expect(await client.hget("h", "f")).toBe("3");
  });

  test("gets the writes of clients that read from the primary", async ({ expect }) => {
    const other = redis(await backends.upstash.openSideDoor());
    backends.upstash.setFaults({ lagMs: 500 });
    await other.set("k", "theirs");
    expect([await other.get("k"), await redis().get("k")]).toEqual(["theirs", null]);
    time += 500;
    expect(await redis().get("k")).toBe("theirs");
  });

  test("disappears when the fault is removed, and does not exist for Postgres", async ({ expect }) => {
    const client = redis();
    backends.upstash.setFaults({ lagMs: 500 });
    await client.eval("return redis.call('SET', KEYS[1], ARGV[1])", ["k"], ["new"]);
    expect(await client.get("k")).toBeNull();
    backends.upstash.setFaults({});
    expect(await client.get("k")).toBe("new");
    expect(() => backends.neon.setFaults({ lagMs: 1 })).toThrow(
      'this endpoint has no replica and does not support "lagMs"',
    );
  });
});
