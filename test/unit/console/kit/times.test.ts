import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clockText, instantText } from "../../../../console/src/state/wording.ts";

const SOURCE = join(import.meta.dirname, "../../../../console/src");

test("an instant has its zone, and UTC beside it where that is another one", () => {
  expect(instantText("2026-12-24T08:00:00Z")).toMatch(/^24 Dec 2026, \d\d:\d\d \S+(?: \(24 Dec 2026, 08:00 UTC\))?$/);
  expect(clockText("2026-12-24T08:00:00Z")).toMatch(/^\d\d:\d\d \S+$/);
});

test("no part of the console writes a time without its zone", () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((name) =>
    [
      ...readFileSync(join(SOURCE, name), "utf8").matchAll(
        /.*(?:toLocaleTimeString|new Date\(.*\)\.toLocaleString).*/g,
      ),
    ].map(([line]) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
