import { describe, expect, it } from "vitest";
import {
  byDay,
  flagExpiry,
  secretExpiries,
  tokenExpiries,
  upcomingInFlag,
} from "../../../../console/src/state/pending/upcoming.ts";
import type { AdminToken, Flag, Rule, Webhook } from "../../../../sdk/client/contract.ts";
import { compileFlag } from "../../../../src/evaluation/compile.ts";
import type { FlagDocument } from "../../../../src/flags/document.ts";
import { parseFlagInput } from "../../../../src/flags/parse.ts";

const NOW = Date.UTC(2030, 0, 7, 12);
const BERLIN = { zone: "Europe/Berlin", flagKey: "checkout" };

function flagWith(rules: Rule[], rest: Partial<Flag> = {}): Flag {
  const variants = { on: true, off: false };
  const shared = { enabled: true, offVariant: "off", default: { variant: "off" } } as const;
  return { key: "checkout", type: "boolean", variants, ...shared, rules, ...rest };
}

function texts(flag: Flag, now = NOW): string[] {
  return upcomingInFlag(flag, "staging", now, BERLIN)
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, text }) => `${new Date(at).toISOString().slice(0, 16)} ${text}`);
}

const RAMP: Flag["default"] = {
  rollout: {
    weights: [
      ["on", 50_000],
      ["off", 50_000],
    ],
    by: ["targetingKey"],
    ramp: { from: 0, to: 100_000, startAt: "2030-01-07T00:00:00Z", endAt: "2030-01-08T00:00:00Z" },
  },
};
const OFFICE = { timezone: "Europe/Berlin", days: ["mon", "tue"], from: "09:00", to: "17:00" } as const;
const NIGHTS: Rule = { id: "office", serve: { variant: "on" }, during: [{ ...OFFICE, days: [...OFFICE.days] }] };

describe("the changes to come in a flag", () => {
  it("are that a rule begins and ends", () => {
    const rule = { id: "sale", serve: { variant: "on" }, from: "2030-01-08T08:00:00Z", until: "2030-01-09T08:00:00Z" };
    expect(texts(flagWith([rule]))).toEqual([
      "2030-01-08T08:00 Rule sale begins: EVERYONE GETS on.",
      "2030-01-09T08:00 Rule sale ends.",
    ]);
    expect(texts(flagWith([rule]), Date.parse("2030-01-08T08:00:00Z"))).toEqual(["2030-01-09T08:00 Rule sale ends."]);
    expect(texts(flagWith([rule]), Date.parse("2030-01-09T08:00:00Z"))).toEqual([]);
  });

  it("are that a ramp ends, with the share that it has now", () => {
    expect(texts(flagWith([], { default: RAMP }))).toEqual([
      "2030-01-08T00:00 The ramp of everyone else ends: on reaches 50%, off reaches 50%; on is at 25% now, off is at 25% now.",
    ]);
    expect(texts(flagWith([], { default: RAMP }), Date.UTC(2030, 0, 6))).toHaveLength(2);
  });

  it("are the next closing and the next opening of a window, within the schedule of its rule", () => {
    expect(texts(flagWith([NIGHTS]))).toEqual([
      "2030-01-07T16:00 Rule office closes (Mon, Tue 09:00–17:00 (Europe/Berlin)).",
      "2030-01-08T08:00 Rule office opens (Mon, Tue 09:00–17:00 (Europe/Berlin)).",
    ]);
    expect(texts(flagWith([{ ...NIGHTS, until: "2030-01-07T20:00:00Z" }]))).toEqual([
      "2030-01-07T16:00 Rule office closes (Mon, Tue 09:00–17:00 (Europe/Berlin)).",
      "2030-01-07T20:00 Rule office ends.",
    ]);
  });

  it("are none while the flag is off", () => {
    expect(texts(flagWith([NIGHTS], { enabled: false, default: RAMP }))).toEqual([]);
  });

  it("begin with the instant at which streams announce the flag", () => {
    const dated = (id: string, from?: string, until?: string): Rule => ({
      id,
      serve: { variant: "on" },
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
    });
    const flags = [
      flagWith([NIGHTS]),
      flagWith([dated("a", "2030-01-07T13:00:00Z", "2030-01-07T18:00:00Z"), NIGHTS]),
      flagWith([dated("a", undefined, "2030-01-07T12:30:00Z")], { default: RAMP }),
      flagWith([{ ...NIGHTS, from: "2030-02-01T10:00:00Z" }]),
    ];
    for (const flag of flags) {
      const input = parseFlagInput(flag);
      const document = { ...input, version: 1, segments: {}, dependencies: {} } as unknown as FlagDocument;
      const { nextBoundary } = compileFlag(document);
      const first = Math.min(...upcomingInFlag(flag, "staging", NOW, BERLIN).map(({ at }) => at));
      expect(first).toBe(nextBoundary(NOW, Infinity));
    }
  });
});

describe("the expiries to come", () => {
  const LATER = "2030-03-01T00:00:00.000Z";
  const EARLIER = "2030-01-01T00:00:00.000Z";

  it("are those that have not come yet", () => {
    const token = { id: "t", name: "pipeline", expiresAt: LATER, revokedAt: null } as AdminToken;
    const hook = { id: "w", name: "chat", previousSecretUntil: LATER } as Webhook;
    const flag = flagWith([], { lifetime: "temporary", expiresAt: LATER });
    const found = (changed: string | null) => [
      ...tokenExpiries([{ ...token, expiresAt: changed }], NOW),
      ...secretExpiries([{ ...hook, previousSecretUntil: changed }], NOW),
      ...flagExpiry({ ...flag, expiresAt: changed }, NOW),
    ];
    expect(found(LATER).map(({ subject }) => subject)).toEqual(["pipeline", "chat", "checkout"]);
    expect(found(EARLIER)).toEqual([]);
    expect(found(null)).toEqual([]);
    expect(tokenExpiries([{ ...token, revokedAt: EARLIER }], NOW)).toEqual([]);
  });
});

describe("the days", () => {
  it("are those of the time zone, in order", () => {
    const one = { subject: "a", path: [], environment: undefined, text: "" };
    const late = { ...one, at: Date.UTC(2030, 0, 7, 23, 30) };
    const early = { ...one, at: Date.UTC(2030, 0, 7, 10) };
    expect(byDay([late, early], "UTC")).toEqual([{ day: "Monday, 7 January 2030", items: [early, late] }]);
    expect(byDay([late, early], "Europe/Berlin").map(({ day }) => day)).toEqual([
      "Monday, 7 January 2030",
      "Tuesday, 8 January 2030",
    ]);
  });
});
