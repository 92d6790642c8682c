/** `flags.test.yaml`: contexts with the variants that they must get, and shares with their bounds. */
import * as v from "valibot";
import { stringify } from "yaml";
import type { JsonValue } from "../../src/flags/document.ts";
import { parseInstant } from "../../src/flags/formats/instant.ts";
import { recordOf } from "../../src/flags/record-of.ts";
import { InvalidFileError } from "./errors.ts";
import { parseYaml } from "./yaml.ts";

const text = v.pipe(v.string(), v.minLength(1));
const attributes = recordOf(v.any() as v.GenericSchema<JsonValue>, "must be an object of attributes");
const percentage = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const instant = v.pipe(
  v.string(),
  v.check((value) => !Number.isNaN(parseInstant(value)), "must be an instant, such as 2027-01-31T09:00:00Z"),
);

const FlagTest = v.pipe(
  v.strictObject({
    name: v.optional(text),
    flag: text,
    environment: text,
    context: v.optional(attributes, {}),
    request: v.optional(attributes, {}),
    now: v.optional(instant),
    /** The variant; `null` is the default in the code. */
    expect: v.optional(v.nullable(text)),
    value: v.optional(v.any()),
    error: v.optional(text),
    /** The bounds of each variant's share, in percent. */
    shares: v.optional(recordOf(v.tuple([percentage, percentage]), "must be an object of bounds by variant")),
    subjects: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(1_000_000)), 10_000),
    by: v.optional(text, "targetingKey"),
  }),
  v.check(
    (test) => [test.expect, test.value, test.error, test.shares].filter((one) => one !== undefined).length === 1,
    "must have exactly one of expect, value, error and shares",
  ),
);

const FlagTests = v.strictObject({
  /** The project file, relative to this one. */
  project: v.optional(text, "flags.yaml"),
  tests: v.pipe(v.array(FlagTest), v.minLength(1)),
});

export type FlagTest = v.InferOutput<typeof FlagTest>;
type FlagTests = v.InferOutput<typeof FlagTests>;

/** Returns the line of a place in the file, if it is known. */
type LineAt = (path: readonly (string | number)[]) => number | undefined;

/** Parses a file of tests. @throws InvalidFileError that names the place, the line and what is accepted */
export function parseFlagTests(source: string, name: string, lineAt: LineAt = () => undefined): FlagTests {
  const result = v.safeParse(FlagTests, parseYaml(source, name));
  if (result.success) return result.output;
  const mistakes = result.issues.map((issue) => {
    const path = (issue.path ?? []).map(({ key }) => key as string | number);
    const line = lineAt(path);
    return `/${path.join("/")}: ${issue.message}${line === undefined ? "" : ` (line ${line})`}`;
  });
  throw new InvalidFileError(`${name} has errors:${mistakes.map((mistake) => `\n  ${mistake}`).join("")}`);
}

/** Writes a file of tests of variants. */
export function flagTestsText(tests: readonly Partial<FlagTest>[]): string {
  return stringify({ project: "flags.yaml", tests }, { lineWidth: 0 });
}
