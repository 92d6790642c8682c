import { describe, expect, it } from "vitest";
import { countStale, PROTOCOLS } from "../../../bench/purge-interleavings.ts";

const stale = (protocol: string, writers: number) => countStale(PROTOCOLS[protocol]!, 2, writers);

describe("purge and fill in every order of their steps", () => {
  it("leave no old value behind if the head fences both", () => {
    expect(stale("fenced by the head", 1)).toEqual({ schedules: 560, stale: 0 });
    expect(stale("fenced by the head", 2)).toEqual({ schedules: 25_200, stale: 0 });
  });

  it("leave old values behind if a purge only deletes", () => {
    expect(stale("DEL, then SET", 1)).toEqual({ schedules: 560, stale: 70 });
    expect(stale("DEL, then SET if newer than the entry", 1)).toEqual({ schedules: 560, stale: 52 });
  });
});
