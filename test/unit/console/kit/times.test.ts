import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { byDay } from "../../../../console/src/ui/words/days.ts";
import { clockText, instantText, utcDayText } from "../../../../console/src/state/wording.ts";

const SOURCE = join(import.meta.dirname, "../../../../console/src");

test("an instant has its zone, and UTC beside it where that is another one", () => {
  expect(instantText("2026-12-24T08:00:00Z")).toMatch(/^24 Dec 2026, \d\d:\d\d \S+(?: \(24 Dec 2026, 08:00 UTC\))?$/);
  expect(clockText("2026-12-24T08:00:00Z")).toMatch(/^\d\d:\d\d \S+$/);
});

test("a day in UTC says so, and a timeline names today and yesterday", () => {
  expect(utcDayText("2026-12-24T23:30:00Z")).toBe("24 Dec 2026 (UTC)");
  const items = ["12-24T13:00", "12-24T12:00", "12-23T12:00", "12-22T12:00"].map((at) => ({ at: `2026-${at}:00` }));
  const [today, yesterday, before] = byDay(items, new Date(2026, 11, 24, 15));
  expect([today, yesterday?.[0], before?.[0]]).toEqual([
    ["Today", items.slice(0, 2)],
    "Yesterday",
    "Tuesday, 22 December 2026",
  ]);
});

test("no part of the console writes a time without its zone", () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((name) =>
    [
      ...readFileSync(join(SOURCE, name), "utf8").matchAll(
        /.*(?:toLocaleTimeString|new Date\(.*\)\.toLocale(?:Date)?String|At\??\.slice\().*/g,
      ),
    ].map(([line]) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
