import { describe, test } from "vitest";
import {
  isUnchanged,
  parseIfMatch,
  requireMatch,
  writeConditions,
} from "../../../../src/http/management/preconditions.ts";

const ifMatch = (value: string) => parseIfMatch(new Headers({ "if-match": value }));
const ifNoneMatch = (value: string) => new Headers({ "if-none-match": value });

describe("conditions of requests", () => {
  test("If-Match lists versions, weakened or not; anything else matches nothing", ({ expect }) => {
    expect(parseIfMatch(new Headers())).toBeUndefined();
    expect(ifMatch("*")).toBe("*");
    expect(ifMatch('"12"')).toEqual([12]);
    expect(ifMatch("12")).toEqual([12]);
    expect(ifMatch('"12", "13"')).toEqual([12, 13]);
    expect(ifMatch('W/"12"')).toEqual([12]);
    expect(ifMatch('"11",W/"12"')).toEqual([11, 12]);
    expect(ifMatch('"abc"')).toEqual([]);
  });

  test("If-Match compares with an opaque ETag as with a version", ({ expect }) => {
    const require = (value?: string) => () =>
      requireMatch(new Headers(value === undefined ? {} : { "if-match": value }), "a1");
    for (const value of [undefined, "*", '"a1"', 'W/"a1"', '"b2", "a1"']) expect(require(value), value).not.toThrow();
    for (const value of ['"b2"', '"a"', "a1x", '""', ""]) expect(require(value), value).toThrow(/it has changed since/);
  });

  test("If-None-Match of a write accepts only *", ({ expect }) => {
    expect(writeConditions(new Headers()).mustNotExist).toBe(false);
    expect(writeConditions(ifNoneMatch("*")).mustNotExist).toBe(true);
    expect(() => writeConditions(ifNoneMatch('"12"'))).toThrow(/accepts only \*/);
  });

  test("If-None-Match of a read compares weakly", ({ expect }) => {
    for (const value of ['"12"', 'W/"12"', '"11", "12"', "*"])
      expect(isUnchanged(ifNoneMatch(value), 12), value).toBe(true);
    for (const value of ['"11"', '"1"', "12x"]) expect(isUnchanged(ifNoneMatch(value), 12), value).toBe(false);
    expect(isUnchanged(new Headers(), 12)).toBe(false);
  });
});
