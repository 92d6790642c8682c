import { readFile } from "node:fs/promises";
import { describe, test } from "vitest";
import { readContents } from "../../../cli/project/file-contents.ts";
import { type ExportedEnvironment, updatedText } from "../../../cli/project/export.ts";
import { parseProject } from "../../../cli/project/file.ts";

const example = await readFile(new URL("../../../examples/project.yaml", import.meta.url), "utf8");

/** The environments of a file, as a deployment would return them. */
function environmentsOf(text: string): ExportedEnvironment[] {
  const project = parseProject(text, "test");
  return project.environments.map(({ key, name }) => ({ key, name, contents: readContents(project, key).contents }));
}

/** Returns the lines that only one of the texts has, in the order of the first. */
function changedLines(before: string, after: string): string[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `-${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+${line}`),
  ];
}

const ODD = `# A file in a layout of its own.
environments:
- {key: production,   name: Production}   # the only one

flags:
# first
- key: a
  type:      boolean
  variants:  {"on": true,   "off": false}
  environments:
      production: {enabled: true,   default: {variant: "off"}}

# second: with a long comment
#
- key: b     # b
  type: boolean
  description: |
    text
    # not a comment
  variants: {on: true, off: false}
  environments:
    production:
        enabled: true
        default: {variant: off}
# the end
`
  .replace("{on: true, off: false}", '{"on": true, "off": false}')
  .replace("{variant: off}", '{variant: "off"}');

describe("export into an existing file", () => {
  test("changes only the flag that changed, in the example project", ({ expect }) => {
    const environments = environmentsOf(example);
    const [first] = environments;
    const [key = "", flag] = [...(first?.contents.flags ?? [])][3] ?? [];
    for (const { contents } of environments) {
      const stored = contents.flags.get(key);
      if (stored !== undefined) contents.flags.set(key, { ...stored, description: "A new description" });
    }
    expect(flag).toBeDefined();
    const after = updatedText(example, "test", environments);
    expect(parseProject(after, "test").flags.find((one) => one.key === key)?.description).toBe("A new description");
    // The lines of one flag at most.
    expect(changedLines(example, after).length).toBeLessThan(20);
  });

  test("changes one line of the example project if one rollout changes", ({ expect }) => {
    const environments = environmentsOf(example);
    const flags = environments.find(({ key }) => key === "production")?.contents.flags;
    const flag = flags?.get("checkout-redesign");
    if (flags === undefined || flag === undefined || !("rollout" in flag.default))
      throw new Error("the example has changed");
    const weights: [string, number][] = [
      ["on", 30000],
      ["off", 70000],
    ];
    flags.set("checkout-redesign", { ...flag, default: { rollout: { ...flag.default.rollout, weights } } });
    const [before, after] = [example, updatedText(example, "test", environments)].map((text) => text.split("\n"));
    const changed = after!.flatMap((line, i) => (line === before![i] ? [] : [[before![i], line]]));
    expect(changed).toEqual([
      ['            weights: [["on", 25000], ["off", 75000]]', '            weights: [["on", 30000], ["off", 70000]]'],
    ]);
    expect(after).toHaveLength(before!.length);
  });

  test("never keeps a line whose spaces mean something", ({ expect }) => {
    const spaced = ODD.replace('"on": true,   "off": false}', '"on": true,   "off": false}\n  description: "[ a  b ]"');
    const environments = environmentsOf(spaced);
    const flags = environments[0]?.contents.flags;
    const a = flags?.get("a");
    if (a === undefined) throw new Error("the file has it");
    flags?.set("a", { ...a, description: "[a b]" });
    const after = updatedText(spaced, "test", environments);
    expect(parseProject(after, "test").flags[0]?.description).toBe("[a b]");
  });

  test.for([
    ["\n", "- ", "a"],
    ["\n", "- ", "b"],
    ["\r\n", "- ", "a"],
  ] as const)("keeps comments, spaces and order of the others (%j, %j, %s)", ([lineEnd, , key], { expect }) => {
    const text = ODD.replaceAll("\n", lineEnd);
    const environments = environmentsOf(text);
    const contents = environments[0]?.contents;
    const flag = contents?.flags.get(key);
    if (flag !== undefined) contents?.flags.set(key, { ...flag, enabled: false });
    const after = updatedText(text, "test", environments);
    expect(parseProject(after, "test").flags.map((one) => one.environments["production"]?.enabled)).toEqual([
      key !== "a",
      key !== "b",
    ]);
    const other =
      key === "a"
        ? 'production:\n        enabled: true\n        default: {variant: "off"}\n# the end'
        : '  type:      boolean\n  variants:  {"on": true,   "off": false}';
    expect(after).toContain(other.replaceAll("\n", lineEnd));
    expect(after).toContain("- {key: production,   name: Production}   # the only one");
    for (const comment of ["# A file in", "# first", "# second: with", "# not a comment", "# the end"])
      expect(after).toContain(comment);
  });

  test("adds and removes flags without touching the rest", ({ expect }) => {
    const environments = environmentsOf(ODD);
    const contents = environments[0]?.contents;
    const [a, b] = [contents?.flags.get("a"), contents?.flags.get("b")];
    if (a === undefined || b === undefined) throw new Error("the file has both");
    contents?.flags.set("c", { ...a, key: "c" });
    const added = updatedText(ODD, "test", environments);
    expect(added.startsWith(ODD.slice(0, ODD.indexOf("# the end")))).toBe(true);
    expect(parseProject(added, "test").flags.map((one) => one.key)).toEqual(["a", "b", "c"]);
    contents?.flags.delete("a");
    const removed = updatedText(added, "test", environments);
    expect(parseProject(removed, "test").flags.map((one) => one.key)).toEqual(["b", "c"]);
    expect(removed).toContain("- key: b     # b\n  type: boolean\n  description: |\n    text\n    # not a comment\n");
  });
});
