import { expect, test } from "vitest";
import { READER_NAMES } from "../../../console/src/ui/condition/condition.ts";
import { parseByteCount, parseDivisor } from "../../../console/src/ui/condition/values.ts";
import { readingText } from "../../../sdk/client/reader-text.ts";
import { READER_OPERATORS } from "../../../src/flags/value-kinds.ts";

test("every reader has a name, and one with a parameter has a text with it", () => {
  expect(Object.keys(READER_NAMES).toSorted()).toEqual(Object.keys(READER_OPERATORS).toSorted());
  expect(
    [
      "number",
      { modulo: 3 },
      { age: "days" },
      { sha256: "s" },
      { sha256: 'a"b', first: 4 },
      { sha256: "", last: 1 },
    ].map((read) => readingText(read as Parameters<typeof readingText>[0])),
  ).toEqual([
    "number",
    "the remainder of division by 3",
    "the age in days",
    'the SHA-256 with the salt "s"',
    'the SHA-256 of the first 4 bytes with the salt "a\\"b"',
    'the SHA-256 of the last 1 bytes with the salt ""',
  ]);
});

test("a divisor is above 0, and a count of bytes is whole", () => {
  expect([parseDivisor("0.5"), parseByteCount(" 12 ")]).toEqual([{ value: 0.5 }, { value: 12 }]);
  for (const text of ["0", "-1", "", "x"]) expect(parseDivisor(text)).toHaveProperty("problem");
  for (const text of ["0", "1.5", "4097", ""]) expect(parseByteCount(text)).toHaveProperty("problem");
});
