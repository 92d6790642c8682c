import { exports } from "cloudflare:workers";
import { describe, test } from "vitest";
import { callsFor } from "../../worker/support/flights-worker.ts";

/**
 * Requests of one isolate in real workerd, where a promise dies with the request that created it. The runtime itself
 * drops the timers of a dead request.
 */
describe("a flight whose owner dies", () => {
  let keys = 0;
  const aKey = () => `key-${(keys += 1)}`;
  const send = (key: string, query = "ms=20", init: RequestInit = {}): Promise<Response> =>
    exports.default.fetch(`http://isolate.test/?key=${key}&${query}`, init);
  const ask = async (key: string, query?: string): Promise<string> => (await send(key, query)).text();
  const followers = (key: string) => Promise.all(Array.from({ length: 20 }, () => ask(key)));

  const deaths: [name: string, die: (key: string) => Promise<unknown>][] = [
    ["responds early and does not use waitUntil", (key) => ask(key, "ms=20&end=leave&kept=no")],
    ["throws and tells waitUntil nothing", (key) => send(key, "ms=20&end=throw&kept=no").catch(() => undefined)],
    ["never gets a reply", (key) => ask(key, "ms=60000&end=leave")],
    ["throws while its backend hangs", (key) => send(key, "ms=60000&end=throw").catch(() => undefined)],
    ["is given up by its client while its backend hangs", giveUp],
  ];
  async function giveUp(key: string): Promise<void> {
    const client = new AbortController();
    const asked = send(key, "ms=60000", { signal: client.signal }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.abort();
    await asked;
  }

  for (const [name, die] of deaths) {
    test(`because it ${name}: one of the waiting requests calls again, for all`, async ({ expect }) => {
      const key = aKey();
      await die(key);
      expect(callsFor(key)).toBe(1);
      expect(new Set(await followers(key))).toEqual(new Set(["reply 2"]));
      expect(callsFor(key)).toBe(2);
      expect(await ask(key)).toBe("reply 3");
    });
  }

  test("an owner that leaves early but uses waitUntil still serves its followers", async ({ expect }) => {
    const key = aKey();
    expect(await ask(key, "ms=100&end=leave")).toBe("left");
    expect(new Set(await followers(key))).toEqual(new Set(["reply 1"]));
    expect(callsFor(key)).toBe(1);
  });

  test("flights of other names do not notice", async ({ expect }) => {
    const [dead, alive] = [aKey(), aKey()];
    await ask(dead, "ms=20&end=leave&kept=no");
    expect(await ask(alive)).toBe("reply 1");
  });
});
