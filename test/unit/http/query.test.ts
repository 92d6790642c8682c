import fc from "fast-check";
import { test } from "vitest";
import { queryOf } from "../../../src/http/evaluation/context.ts";

test("a query has the same parameters as the URL object finds", ({ expect }) => {
  const unit = fc.constantFrom(
    "a",
    "B",
    "7",
    "-",
    "_",
    ".",
    "~",
    "&",
    "=",
    ":",
    "@",
    ",",
    "/",
    "?",
    "+",
    "%",
    "%20",
    "é",
    "'",
    " ",
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 20 }), (query) => {
      const { href, searchParams } = new URL(`https://edge.test/flags/x?${query}`);
      expect(queryOf(href)).toEqual([...searchParams]);
    }),
    { numRuns: 2000 },
  );
  expect(queryOf("https://edge.test/flags/x")).toEqual([]);
});
