import { describe, it } from "vitest";
import { Engine, QUIET, VirtualClock } from "../../../../bench/simulate/engine/engine.ts";
import { sha256Hex } from "../../../../src/ops/token.ts";

const START = 1000;
const newEngine = () => new Engine({ startAt: START });

describe("the engine of the simulation", () => {
  it("runs events in the order of their time, and those of one time in the order of their making", async ({
    expect,
  }) => {
    const engine = newEngine();
    const ran: string[] = [];
    for (const [name, ms] of Object.entries({ c: 30, a: 10, d: 30, b: 20, late: 1000 })) {
      engine.after(ms, () => {
        ran.push(`${name} ${engine.now}`);
        return QUIET;
      });
    }
    await engine.run(START + 100);
    expect(ran).toEqual(["a 1010", "b 1020", "c 1030", "d 1030"]);
    expect(engine.now).toBe(START + 100);
  });

  it("lets all the code that an event wakes run before the next event", async ({ expect }) => {
    const engine = newEngine();
    const seen: number[] = [];
    const walk = async () => {
      for (let i = 0; i < 500; i++) await Promise.resolve();
      seen.push(engine.now);
    };
    engine.after(10, walk);
    engine.after(10.001, () => seen.push(-1));
    await engine.run(START + 20);
    expect(seen).toEqual([START + 10, -1]);
  });

  it("stands still while Node hashes in another thread", async ({ expect }) => {
    const engine = newEngine();
    const seen: [string, number][] = [];
    const hash = async (name: string) => {
      await sha256Hex("x".repeat(name === "long" ? 5_000_000 : 1));
      seen.push([name, engine.now]);
    };
    engine.after(10, () => Promise.all([hash("long"), hash("short")]));
    engine.after(11, () => seen.push(["next", engine.now]));
    await engine.run(START + 20);
    expect(seen).toEqual([
      ["long", START + 10],
      ["short", START + 10],
      ["next", START + 11],
    ]);
  });

  it("ends with the error of an event", async ({ expect }) => {
    const engine = newEngine();
    engine.after(1, () => {
      throw new Error("broken");
    });
    await expect(engine.run(START + 10)).rejects.toThrow("broken");
  });

  it("restores what it has replaced", async ({ expect }) => {
    const { parse } = JSON;
    const { stackTraceLimit } = Error;
    const engine = newEngine();
    let isFrozen = false;
    engine.after(1, () => {
      isFrozen = Object.isFrozen(JSON.parse('{"a":1}'));
    });
    await engine.run(START + 10);
    expect(isFrozen).toBe(true);
    expect([JSON.parse, Error.stackTraceLimit]).toEqual([parse, stackTraceLimit]);
    expect(Object.keys(Object.getOwnPropertyDescriptors(crypto.subtle))).toEqual([]);
  });
});

describe("the clock of a simulated isolate", () => {
  it("wakes its sleepers in virtual time, and at once if their signal aborts", async ({ expect }) => {
    const engine = newEngine();
    const clock = new VirtualClock(engine, { hasEnded: false }, 3.5);
    const woken: [string, number][] = [];
    const sleep = async (name: string, ms: number, signal?: AbortSignal) => {
      await clock.sleep(ms, signal);
      woken.push([name, clock.now()]);
    };
    const stop = new AbortController();
    engine.after(0, () => Promise.all([sleep("b", 200), sleep("a", 100), sleep("aborted", 300, stop.signal)]));
    engine.after(50, () => stop.abort());
    await engine.run(START + 1000);
    expect(woken).toEqual([
      ["aborted", START + 53],
      ["a", START + 103],
      ["b", START + 203],
    ]);
  });

  it("wakes nobody in an isolate that has ended", async ({ expect }) => {
    const engine = newEngine();
    const life = { hasEnded: false };
    let isWoken = false;
    engine.after(0, async () => {
      await new VirtualClock(engine, life, 0).sleep(100);
      isWoken = true;
    });
    engine.after(50, () => {
      life.hasEnded = true;
    });
    await engine.run(START + 1000);
    expect(isWoken).toBe(false);
  });
});
