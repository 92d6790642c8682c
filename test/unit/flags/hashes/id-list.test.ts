import fc from "fast-check";
import { describe, test } from "vitest";
import { IdListError, listOf, parseIds } from "../../../../src/flags/hashes/id-list.ts";

describe("parseIds", () => {
  test.for<[string, string, string[], number]>([
    ["one id in each line", "a\nb\nc", ["a", "b", "c"], 0],
    ["every kind of line end", "a\r\nb\rc\n", ["a", "b", "c"], 0],
    ["white space and empty lines", "  a \n\n\t\n b", ["a", "b"], 0],
    ["a byte order mark", "\uFEFFa", ["a"], 0],
    ["repeated ids", "a\nb\n a\na", ["a", "b"], 2],
    ["the first column", "a,1\nb ,2,3\n,4", ["a", "b"], 0],
    ["quoted columns", '"a, b",1\n"say ""hi"""\n" c "', ["a, b", 'say "hi"', "c"], 0],
    ["case and Unicode form as they are", "A\na\nu\u0308", ["A", "a", "u\u0308"], 0],
    ["a quote inside an id", 'a"b', ['a"b'], 0],
  ])("reads %s", ([, text, ids, repeated], { expect }) => {
    expect(parseIds(text)).toEqual({ ids, repeated });
  });

  test("skips the first line if it is a header", ({ expect }) => {
    expect(parseIds("email\na", { hasHeader: true })).toEqual({ ids: ["a"], repeated: 0 });
  });

  test.for(['a\n"b', '"a"b', '"'])("refuses the open quote of %j, and names its line", (text, { expect }) => {
    expect(() => parseIds(text)).toThrow(IdListError);
    expect(() => parseIds(text)).toThrow(text.startsWith("a") ? "line 2" : "line 1");
  });

  test("returns every id of a list that it is given as quoted CSV", ({ expect }) => {
    const id = fc.string({ unit: "binary" }).filter((text) => !/[\n\r\uFEFF]/.test(text));
    fc.assert(
      fc.property(fc.array(id), (ids) => {
        const csv = ids.map((one) => `"${one.replaceAll('"', '""')}",x`).join("\n");
        expect(parseIds(csv)).toEqual(listOf(ids));
      }),
    );
  });
});
