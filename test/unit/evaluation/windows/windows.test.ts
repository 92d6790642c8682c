import fc from "fast-check";
import { describe, test, vi } from "vitest";

import { compileFlag } from "../../../../src/evaluation/compile.ts";
import { explainFlag } from "../../../../src/evaluation/explain.ts";
import { compileWindows } from "../../../../src/evaluation/windows/windows.ts";
import { type RecurringWindow, type Rule, WEEKDAYS } from "../../../../src/flags/document.ts";
import { aDependency, aFlag, anInput } from "../documents.ts";
import { recurringWindow } from "./arbitrary.ts";
import { clockTable, occurrencesOf } from "./oracle.ts";

vi.setConfig({ testTimeout: 60_000 });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

const office: RecurringWindow = {
  timezone: "Europe/Berlin",
  days: ["mon", "tue", "wed", "thu", "fri"],
  from: "09:00",
  to: "17:00",
};
const ruleDuring = (during: RecurringWindow[], rest: Partial<Rule> = {}): Rule => ({
  id: "r",
  serve: { variant: "on" },
  during,
  ...rest,
});
const flagDuring = (during: RecurringWindow[], rest: Partial<Rule> = {}) =>
  compileFlag(aFlag({ default: { variant: "off" }, rules: [ruleDuring(during, rest)] }));

describe("recurring windows", () => {
  const changes: [zone: string, date: string][] = [
    ["Europe/Berlin", "2026-03-29"],
    ["Europe/Berlin", "2026-10-25"],
    ["America/New_York", "2026-03-08"],
    ["America/New_York", "2026-11-01"],
    ["Australia/Lord_Howe", "2026-04-05"],
    ["Australia/Lord_Howe", "2026-10-04"],
    ["America/Santiago", "2026-04-05"],
    ["America/Santiago", "2026-09-06"],
    ["America/St_Johns", "2008-11-02"],
    ["Pacific/Apia", "2011-12-30"],
    ["Asia/Kolkata", "2026-03-29"],
    ["UTC", "2026-12-31"],
  ];

  test.for(changes)("open and close as the clock of %s shows around %s", ([zone, date], { expect }) => {
    const table = clockTable(zone, date);
    fc.assert(
      fc.property(recurringWindow(zone), fc.boolean(), (window, isBackwards) => {
        const windows = compileWindows([window]);
        const occurrences = occurrencesOf(window, table);
        const turns = occurrences.flat().toSorted((a, b) => a - b);
        const wrong: string[] = [];
        // The table does not have the beginning of a window that opened before it.
        for (let i = 3 * 1440; i < table.local.length; i += 5) {
          const now = table.start + (isBackwards ? table.local.length + 3 * 1440 - i - 1 : i) * MINUTE;
          const isOpen = occurrences.some(([opens, closes]) => now >= opens && now < closes);
          if (windows.isOpenAt(now) !== isOpen) wrong.push(`${iso(now)} is ${isOpen}`);
          const turn = turns.find((one) => one > now) ?? Infinity;
          const found = windows.nextTurn(now);
          if (turn === Infinity ? found < table.start + table.local.length * MINUTE : found !== turn) {
            wrong.push(`the turn after ${iso(now)} is ${turn}, not ${found}`);
          }
        }
        expect(wrong.slice(0, 3)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test("turn without an end, and at the same local time all year", ({ expect }) => {
    const flag = flagDuring([office]);
    const turns: (string | undefined)[] = [];
    for (let now: number | undefined = at("2026-10-22T12:00Z"); turns.length < 5;) {
      now = flag.nextBoundary(now ?? 0);
      turns.push(iso(now)?.slice(0, 16));
    }
    expect(turns).toEqual([
      "2026-10-22T15:00",
      "2026-10-23T07:00",
      "2026-10-23T15:00",
      "2026-10-26T08:00",
      "2026-10-26T16:00",
    ]);
    expect(flag.nextBoundary(at("2500-01-01"))).toBeLessThan(at("2500-01-05"));
    expect(flag.nextBoundary(-Infinity)).toBe(0);
    expect(flag.nextBoundary(Infinity)).toBeUndefined();
    expect(flag.evaluate(anInput({}, { now: -Infinity }))).toMatchObject({ variant: "off" });
  });

  test("are open if one of several is", ({ expect }) => {
    const flag = flagDuring([office, { timezone: "Asia/Tokyo", days: ["sat"], from: "10:00", to: "11:00" }]);
    const served = (text: string) => flag.evaluate(anInput({}, { now: at(text) }));
    expect(served("2026-11-27T15:59Z")).toMatchObject({ variant: "on", ruleId: "r" });
    expect(served("2026-11-28T01:30Z")).toMatchObject({ variant: "on" });
    expect(served("2026-11-28T02:00Z")).toMatchObject({ variant: "off" });
    expect(iso(flag.nextBoundary(at("2026-11-27T16:00Z")))).toBe("2026-11-28T01:00:00.000Z");
  });

  test("have no turns outside from and until", ({ expect }) => {
    const flag = flagDuring([office], { from: "2026-11-24T10:00Z", until: "2026-11-25T10:00Z" });
    const turns: (string | undefined)[] = [];
    for (let now: number | undefined = 0; now !== undefined && turns.length < 9;)
      turns.push(iso((now = flag.nextBoundary(now))));
    expect(turns.map((turn) => turn?.slice(5, 16))).toEqual([
      "11-24T10:00",
      "11-24T16:00",
      "11-25T08:00",
      "11-25T10:00",
      undefined,
    ]);
  });

  test("of a flag in a condition count as boundaries, but not those of a disabled flag", ({ expect }) => {
    const now = at("2026-11-25T10:00Z");
    const boundary = (enabled: boolean) =>
      compileFlag(
        aFlag({
          prerequisites: [{ flag: "d", variants: ["on"] }],
          dependencies: { d: aDependency({ enabled, rules: [ruleDuring([office])] }) },
        }),
      ).nextBoundary(now);
    expect([boundary(true), boundary(false)]).toEqual([at("2026-11-25T16:00Z"), undefined]);
  });

  test("ask Intl for nothing while the time is in the current or the next window", ({ expect }) => {
    const flag = flagDuring([{ ...office, from: "09:01" }]);
    const start = at("2026-11-25T09:00Z");
    flag.evaluate(anInput({}, { now: start }));
    const format = vi.spyOn(Intl.DateTimeFormat.prototype as { format: unknown }, "format", "get");
    for (let now = start; now < start + DAY; now += MINUTE) {
      flag.evaluate(anInput({}, { now }));
      flag.nextBoundary(now);
    }
    expect(format).not.toHaveBeenCalled();
    flag.evaluate(anInput({}, { now: start + 3 * DAY }));
    expect(format).toHaveBeenCalled();
    format.mockRestore();
  });

  test("of one time zone share one format of Intl", ({ expect }) => {
    const create = vi.spyOn(Intl, "DateTimeFormat");
    const flags = WEEKDAYS.map((day) => flagDuring([{ ...office, timezone: "Europe/Vienna", days: [day] }]));
    for (const flag of flags) flag.evaluate(anInput({}, { now: at("2026-11-25T09:00Z") }));
    expect(create).toHaveBeenCalledTimes(1);
    create.mockRestore();
  });

  test.for<[string, Partial<RecurringWindow> | undefined]>([
    ["an unknown time zone", { timezone: "Europe/Bielefeld" }],
    ["an offset as time zone", { timezone: "+01:00" }],
    ["an unknown day", { days: ["someday" as "mon"] }],
    ["no days", { days: [] }],
    ["a malformed time", { from: "9:00" }],
    ["a start at the end of the day", { from: "24:00" }],
    ["no length", { to: "09:00" }],
    ["nothing", undefined],
  ])("that are damaged make the flag an error: %s", ([, damage], { expect }) => {
    const damaged = damage === undefined ? (null as unknown as RecurringWindow) : { ...office, ...damage };
    expect(flagDuring([damaged]).evaluate(anInput())).toMatchObject({ errorCode: "PARSE_ERROR" });
  });
});

describe("an explanation", () => {
  const explain = (now: string, rest: Partial<Rule> = {}) =>
    explainFlag(aFlag({ rules: [ruleDuring([office], rest)] }), anInput({}, { now: at(now) })).rules;

  test("says whether a window is open, and until when", ({ expect }) => {
    expect(explain("2026-11-25T09:00Z")).toEqual([
      { id: "r", state: "matched", during: { isOpen: true, until: "2026-11-25T16:00:00.000Z" } },
    ]);
    expect(explain("2026-11-28T09:00Z")).toEqual([
      { id: "r", state: "outside schedule", during: { isOpen: false, until: "2026-11-30T08:00:00.000Z" } },
    ]);
    expect(explain("2026-11-25T09:00Z", { from: "2027-01-01" })).toEqual([{ id: "r", state: "outside schedule" }]);
  });
});
