import fc from "fast-check";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { contentsOfFile } from "../../../cli/project/file-contents.ts";
import { type Contents, wholeFlag, wholeSegment } from "../../../sdk/project/contents.ts";
import { projectOf, projectText, updatedText } from "../../../cli/project/export.ts";
import { parseProject } from "../../../cli/project/file.ts";
import type { Condition } from "../../../src/flags/document.ts";
import { differences } from "../../../sdk/client/differences.ts";
import { PLAIN_NAME_PATTERN } from "../../../src/flags/limits.ts";

/** Text that some version of YAML could read as another type. */
const trickyText = fc.oneof(
  fc.constantFrom(
    "on",
    "no",
    "~",
    "null",
    "1.10",
    "0x1F",
    "1_000",
    "2026-11-21",
    "12:30:45",
    "- a",
    "# a",
    "a: b",
    "&a",
    "*a",
    "|",
    "!x",
    " a ",
    "'",
    '"',
    "a\nb",
    "a\n",
    "\t",
    "{",
    "[",
    "%",
    "@",
    "`",
    "=",
    "<<",
    "é",
    "🦄",
  ),
  // The API refuses this name, so that assigning to it cannot replace a prototype.
  fc.string({ maxLength: 12 }).filter((text) => text !== "__proto__"),
);
const key = fc.constantFrom("on", "off", "yes", "1", "0x1", "null", "a.b", "~", "-", "n", "2026-11-21");

const anEnvironment = fc
  .record({
    keys: fc.uniqueArray(key, { minLength: 1, maxLength: 4 }),
    texts: fc.array(trickyText, { minLength: 4, maxLength: 4 }),
    share: fc.integer({ min: 0, max: 100_000 }),
    enabled: fc.boolean(),
  })
  .map(({ keys, texts, share, enabled }): Contents => {
    const [first = "", second = "", third = "", fourth = ""] = texts;
    const condition: Condition = {
      any: [
        {
          attribute: ["", "__proto__"].includes(first) ? "a" : first,
          operator: "in",
          values: [second, share, null],
          missing: "unknown",
          invalid: false,
        },
        { attribute: "v", operator: "semver_gte", values: ["1.10"], invalid: "unknown", read: "version-extended" },
      ],
    };
    const flags = keys.map((name) =>
      wholeFlag({
        key: name,
        type: "string",
        variants: { on: first, 1: second, null: third },
        description: third,
        tags: texts,
        owner: fourth,
        metadata: { "a b": first, n: share },
        enabled,
        rules: [{ id: "no", description: fourth, when: condition, serve: { variant: "on" } }],
        default: {
          rollout: {
            salt: second,
            weights: [
              ["on", share],
              ["null", 100_000 - share],
            ],
          },
        },
      }),
    );
    const segments = keys.map((name) =>
      wholeSegment({ key: name, name: nameOf(first), description: second, condition }),
    );
    return {
      flags: new Map(flags.map((flag) => [flag.key, flag])),
      segments: new Map(segments.map((segment) => [segment.key, segment])),
    };
  });

/** Names refuse control characters, and descriptions do not. */
const nameOf = (text: string) => (text !== "" && PLAIN_NAME_PATTERN.test(text) ? text : "x");
const exported = (contents: Contents) => [{ key: "production", name: "Production", contents }];
const plain = ({ flags, segments }: Contents) => [Object.fromEntries(flags), Object.fromEntries(segments)];
const read = (text: string) => contentsOfFile(parseProject(text, "flags.yaml"), "production", "flags.yaml");

describe("a project file", () => {
  it("has the same contents when parsed, for any text, also as YAML 1.1", () => {
    fc.assert(
      fc.property(anEnvironment, (contents) => {
        const text = projectText(projectOf(exported(contents)), "schema.json");
        const older = JSON.stringify(parse(text, { version: "1.1" }));
        return (
          differences(plain(contents), plain(read(text))).length === 0 &&
          differences(parse(text), JSON.parse(older)).length === 0
        );
      }),
      { numRuns: 150 },
    );
  });

  it("contains the exported contents, whatever it contained before, and then stays unchanged", () => {
    fc.assert(
      fc.property(anEnvironment, anEnvironment, (before, after) => {
        const text = projectText(projectOf(exported(before)), "schema.json");
        const updated = updatedText(text, "flags.yaml", exported(after));
        return (
          differences(plain(after), plain(read(updated))).length === 0 &&
          updatedText(updated, "flags.yaml", exported(after)) === updated
        );
      }),
      { numRuns: 150 },
    );
  });
});
