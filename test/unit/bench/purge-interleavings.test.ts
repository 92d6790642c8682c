import { describe, expect, it } from "vitest";
import { countStale, PROTOCOLS } from "../../../bench/purge-interleavings.ts";

const stale = (protocol: string, writers: number) => countStale(PROTOCOLS[protocol]!, 2, writers);

describe("purge and fill, in every order of their steps", () => {
  it("leaves no old value behind when both are fenced by the head", () => {
    expect(stale("fenced by the head", 1)).toEqual({ schedules: 560, stale: 0 });
    expect(stale("fenced by the head", 2)).toEqual({ schedules: 25_200, stale: 0 });
  });

  it("leaves old values behind when a purge only deletes", () => {
    expect(stale("DEL, then SET", 1)).toEqual({ schedules: 560, stale: 70 });
    expect(stale("DEL, then SET if newer than what is there", 1)).toEqual({ schedules: 560, stale: 52 });
  });
});
