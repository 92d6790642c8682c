import { describe, expect, test } from "vitest";
import { Document } from "yaml";
import { InvalidFileError } from "../../../sdk/project/errors.ts";
import { parseSource } from "../../../sdk/project/source.ts";
import { markLargeNumbers, parseYaml } from "../../../sdk/project/yaml.ts";

const INEXACT = "must be within ±9007199254740991, because larger whole numbers lose digits; write it as text";

function refusal(text: string): string {
  try {
    return `accepted ${JSON.stringify(parseYaml(text, "f.yaml"))}`;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidFileError);
    return (error as Error).message;
  }
}

describe("YAML and JSON files", () => {
  test.for([
    "9007199254740993",
    "-9007199254740992",
    "+12345678901234567890",
    "0x20000000000001",
    "0o400000000000000001",
    '!!int "9007199254740993"',
  ])("a whole number that would lose digits is refused at its place: %s", (number) => {
    expect(refusal(`flags:\n  - rules:\n      - values: [1, ${number}]\n`)).toBe(
      `f.yaml has errors:\n  /flags/0/rules/0/values/1 (line 3) ${INEXACT}`,
    );
  });

  test.for(["[", "{a: ", "- "])("a file that is nested too deeply is refused in words: %s", (open) => {
    const close = { "[": "]", "{a: ": "}" }[open] ?? "";
    const nested = (levels: number): string => open.repeat(levels) + (open === "[" ? "" : "1") + close.repeat(levels);
    expect(refusal(nested(256))).toMatch(/^accepted/);
    for (const levels of [257, 20_000])
      expect(refusal(nested(levels))).toBe("f.yaml is nested too deeply; at most 256 levels are accepted");
  });

  test("JSON that is nested too deeply is refused in the same words", async () => {
    const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    await expect(parseSource(nested(256), "f.json")).resolves.toHaveLength(1);
    const refused = parseSource(nested(20_000), "f.json");
    await expect(refused).rejects.toThrow("f.json is nested too deeply; at most 256 levels are accepted");
  });

  test("underscores of YAML 1.1 do not hide a large number", () => {
    expect(refusal("%YAML 1.1\n---\na: 9_007_199_254_740_993\n")).toContain(`/a (line 3) ${INEXACT}`);
  });

  test.for([".inf", "-.inf", ".nan", ".NaN", "1e999", "-1e400"])(
    "a number that is not finite is refused: %s",
    (number) => {
      expect(refusal(`a:\n  b/c: { d: ${number} }\n`)).toBe(
        `f.yaml has errors:\n  /a/b~1c/d (line 2) is ${number}; it must be a finite number`,
      );
    },
  );

  test("a negative zero is read as zero, which is what the deployment returns", () => {
    for (const zero of ["-0", "-0.0", "-0e1"]) expect(parseYaml(`a: [${zero}]`, "f")).toStrictEqual({ a: [0] });
  });

  test.for(["!!binary aGk=", "!!timestamp 2024-01-01", "!!set { x }", "!!omap [x: 1]"])(
    "a value that JSON does not have is refused at its place: %s",
    (value) => {
      expect(refusal(`a:\n  b: [1, ${value}]\n`)).toBe(
        "f.yaml has errors:\n  /a/b/1 (line 2) is not a JSON value (it is, for example, a date or binary data); write it as text",
      );
    },
  );

  test.for(["!!float 3", "!!int x", "!color red"])("a tag that is not understood does not become text: %s", (value) => {
    expect(refusal(`a: ${value}\n`)).toContain("f.yaml cannot be read as it is written: Unresolved tag");
  });

  test("every mistake is listed, also in JSON", () => {
    expect(refusal('{"a": 9007199254740993,\n "b": [1e999]}')).toBe(
      `f.yaml has errors:\n  /a (line 1) ${INEXACT}\n  /b/0 (line 2) is 1e999; it must be a finite number`,
    );
  });

  test("floats, text, names and exact whole numbers are read as they are", () => {
    expect(parseYaml('a: [9007199254740991, 1e30, 0x10, "9007199254740993", 12345678901234567890.5]', "f")).toEqual({
      a: [9007199254740991, 1e30, 16, "9007199254740993", 1.2345678901234567e19],
    });
    expect(parseYaml("12345678901234567890: x\n.inf: y\nconstructor: z", "f")).toEqual({
      "12345678901234567890": "x",
      ".inf": "y",
      constructor: "z",
    });
  });

  test("several documents are refused with advice, and an empty end is not a document", () => {
    expect(refusal("a: 1\n---\nb: 2\n")).toBe(
      "f.yaml contains several documents, separated by ---; put each into a file of its own",
    );
    expect(parseYaml("---\na: 1\n---\n", "f")).toEqual({ a: 1 });
    expect(parseYaml("", "f")).toBe(null);
  });

  test("a merge key is refused at its place, but a quoted name may look like one", () => {
    expect(refusal("base: &b { on: true }\nvariants:\n  <<: *b\n")).toBe(
      "f.yaml has errors:\n  /variants/<< (line 3) is a merge key, which is not supported; repeat the fields, or use an alias for the whole value",
    );
    expect(refusal("%YAML 1.1\n---\nbase: &b { on: true }\nvariants: { <<: *b }\n")).toContain("is a merge key");
    expect(parseYaml('a: { "<<": 1 }', "f")).toEqual({ a: { "<<": 1 } });
  });

  test("large floats are written so that they can be read again", () => {
    const document = new Document({ a: [1e17, 1.2345678901234567e19, 5, 1e30] });
    markLargeNumbers(document);
    expect(parseYaml(document.toString(), "f")).toEqual({ a: [1e17, 1.2345678901234567e19, 5, 1e30] });
  });
});
