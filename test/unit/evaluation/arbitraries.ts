import fc from "fast-check";

import { compilePattern, hasEmptyAlternative, PatternError } from "../../../src/flags/formats/pattern.ts";
import {
  AGE_UNITS,
  NATIVE_SCHEME,
  READERS,
  SERVED_ERRORS,
  WEIGHT_TOTAL,
  type NamedReader,
  type Reader,
  type AttributePath,
  type Condition,
  type FlagConfiguration,
  type FlagDependency,
  type FlagDocument,
  type HashScheme,
  type JsonScalar,
  type Operator,
  type Rollout,
  type Rule,
  type Serve,
} from "../../../src/flags/document.ts";
import { HASH_SPACES, SCHEME_NAMES } from "../../../src/flags/formats/hash-schemes.ts";
import {
  CASE_OPERATORS,
  OPERATOR_VALUES,
  type ReaderName,
  readersOf,
  SINGLE_VALUE_OPERATORS,
  TYPE_NAMES,
  type ValueKind,
  valueKindOf,
  WITHOUT_EACH,
} from "../../../src/flags/value-kinds.ts";
import { packedConditions } from "./packed-arbitrary.ts";
import { recurringWindow } from "./windows/arbitrary.ts";
import type { EvaluationInput } from "../../../src/evaluation/types.ts";

/** Few names, so that conditions often find their attribute in the context. */
const NAMES = ["plan", "age", "tags", "version", "ip", "at", "user", "targetingKey", "constructor", "request.country"];
const VARIANTS = ["on", "off", "other"];
const SEGMENTS = ["s1", "s2", "s3"];
const FLAGS = ["d1", "d2"];
const INSTANTS = ["2026-01-01T00:00:00Z", "2026-01-02", "2026-06-01T12:30:00.5+02:00", "2027-01-01T00:00Z"];

const name = fc.constantFrom(...NAMES);
const path: fc.Arbitrary<AttributePath> = fc.oneof(name, fc.array(name, { minLength: 2, maxLength: 3 }));
const WORDS = ["a", "B", "pro", "free", "1.2.3", "2.0.0-rc.1", "10.0.0.1", "2026-01-01", "ß🦄"];
const word = fc.constantFrom("", ...WORDS);
const share = fc.integer({ min: 0, max: 100_000 });
const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => (one === 0 ? 0 : one));
/** A write refuses larger whole numbers, because they lose digits. JSON is written without a negative zero. */
const exactNumber = anyNumber.filter((one) => !Number.isInteger(one) || Number.isSafeInteger(one));
const few = fc.integer({ min: -3, max: 3 });
export const scalar: fc.Arbitrary<JsonScalar> = fc.oneof(word, few, exactNumber, fc.boolean(), fc.constant(null));

const pattern = fc
  .oneof(fc.constantFrom("^a+$", "(?i)pro", "\\d+", "[[:alpha:]]"), fc.string({ maxLength: 8 }))
  .filter((text) => {
    try {
      compilePattern(text, true);
      return text !== "" && !hasEmptyAlternative(text);
    } catch (error) {
      if (error instanceof PatternError) return false;
      throw error;
    }
  });
const core = fc.nat({ max: 3 });
export const version = fc
  .tuple(core, core, core, fc.constantFrom("", "-0", "-1", "-alpha", "-alpha.1", "-alpha.beta", "-11", "-a-b", "+b.01"))
  .map(([major, minor, patch, rest]) => `${major}.${minor}.${patch}${rest}`);

/** SHA-256 of "pros", which the reader makes of "pro" with the salt "s". */
const HASH_OF_PRO = "5ba13cf99dd3066227e55ea60a3483ccbff6a8ae36b6f1968f7681f9aabe7e89";

const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 7 });
const VALUES: Record<ValueKind, fc.Arbitrary<JsonScalar[] | undefined>> = {
  none: fc.constant(undefined),
  scalar: list(scalar),
  text: list(fc.constantFrom(...WORDS)),
  pattern: fc.array(pattern, { minLength: 1, maxLength: 2 }),
  bound: fc.oneof(fc.integer(), word).map((bound) => [bound]),
  number: list(fc.oneof(few, exactNumber)),
  range: fc.tuple(fc.integer(), fc.nat()).map(([from, width]) => [from, from + width]),
  instant: list(fc.oneof(fc.constantFrom(...INSTANTS), fc.integer())),
  version: list(version),
  address: list(fc.constantFrom("10.0.0.0/8", "10.0.0.1", "::1", "2001:db8::/33", "::ffff:10.0.0.0/104")),
  type: list(fc.constantFrom(...TYPE_NAMES)),
  hash: list(fc.constantFrom(HASH_OF_PRO, "0".repeat(64))),
  json: list(fc.jsonValue().map((value) => JSON.stringify(value))),
};

const reader: Record<ReaderName, fc.Arbitrary<Reader>> = {
  ...(Object.fromEntries(READERS.map((one) => [one, fc.constant(one)])) as Record<NamedReader, fc.Arbitrary<Reader>>),
  sha256: fc.constantFrom({ sha256: "s" }, { sha256: "", first: 1 }, { sha256: "größe", last: 2 }),
  modulo: fc.constantFrom({ modulo: 2 }, { modulo: 0.5 }),
  age: fc.constantFrom(...AGE_UNITS).map((age) => ({ age })),
};

const truth = fc.constantFrom(true, false, "unknown");
/** Generates conditions on an attribute. */
export const leaf: fc.Arbitrary<Condition> = fc
  .constantFrom(...(Object.keys(OPERATOR_VALUES) as Operator[]))
  .chain((operator) =>
    fc.oneof(fc.constant(undefined), ...readersOf(operator).map((one) => reader[one])).chain((read) => {
      const kind = valueKindOf(operator, read);
      const hasCase = read === undefined || read === "text";
      const values = VALUES[kind].map((some) => (SINGLE_VALUE_OPERATORS.has(operator) ? some?.slice(0, 1) : some));
      return fc.record(
        {
          attribute: path,
          operator: fc.constant(operator),
          ...(kind === "none" ? {} : { values: values as fc.Arbitrary<JsonScalar[]>, missing: truth, invalid: truth }),
          ...(WITHOUT_EACH.has(operator) ? {} : { each: fc.boolean() }),
          ...(CASE_OPERATORS.has(operator) && hasCase ? { caseInsensitive: fc.boolean() } : {}),
          ...(read === undefined ? {} : { read: fc.constant(read) }),
        },
        {
          requiredKeys: ["attribute", "operator", ...(kind === "none" ? [] : ["values"])].concat(
            read === undefined ? [] : ["read"],
          ) as never,
        },
      ) as fc.Arbitrary<Condition>;
    }),
  );

/** Generates conditions on an attribute with packed hashes. */
export const packedLeaf = packedConditions(HASH_OF_PRO, { attribute: path, read: reader.sha256, truth });
const by = fc.array(path, { minLength: 1, maxLength: 2 });
const salt = fc.constantFrom("f", "salt", "größe");
/** Schemes that accept any salt, with a size of the bucket space that they accept. */
const space: fc.Arbitrary<{ hash: HashScheme; total?: number }> = fc.oneof(
  fc.constant({ hash: NATIVE_SCHEME }),
  fc
    .constantFrom(...SCHEME_NAMES.filter((hash) => !HASH_SPACES[hash].saltIsSeed))
    .map((hash) => ({ hash, total: HASH_SPACES[hash].total ?? 4 })),
);
const bucket: fc.Arbitrary<Condition> = space.chain(({ hash, total }) => {
  const whole = total ?? WEIGHT_TOTAL;
  const range = fc.tuple(fc.integer({ min: 0, max: whole - 1 }), fc.integer({ min: 1, max: whole }));
  return fc.record({
    bucket: fc.record({
      by,
      salt,
      hash: fc.constant(hash),
      ...(total !== undefined && { total: fc.constant(total) }),
      ranges: list(range.map(([from, width]): [number, number] => [from, Math.min(whole, from + width)])),
    }),
  });
});

export interface Vocabulary {
  segments: string[];
  flags: string[];
}

/** Generates conditions that refer only to the given segments and flags. */
export function condition({ segments, flags }: Vocabulary): fc.Arbitrary<Condition> {
  const references: fc.Arbitrary<Condition>[] = [];
  if (segments.length > 0) references.push(fc.record({ segment: fc.constantFrom(...segments) }));
  if (flags.length > 0) {
    const variants = fc.uniqueArray(fc.constantFrom(...VARIANTS), { minLength: 1 });
    references.push(fc.record({ flag: fc.constantFrom(...flags), variants }));
  }
  return fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      { weight: 4, arbitrary: leaf },
      packedLeaf,
      bucket,
      ...references,
      fc.record({ all: fc.array(tie("node"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie("node"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie("node") }),
    ),
  })).node;
}

/** Generates weights that sum to the total. */
function weights(total: number): fc.Arbitrary<[string, number][]> {
  const cut = fc.integer({ min: 0, max: total });
  return fc.tuple(cut, cut).map(([a, b]) => [
    ["on", Math.min(a, b)],
    ["off", Math.abs(a - b)],
    ["other", total - Math.max(a, b)],
  ]);
}

export const rollout: fc.Arbitrary<Rollout> = space.chain(({ hash, total }) =>
  fc.record(
    {
      by,
      salt,
      hash: fc.constant(hash),
      total: fc.constant(total ?? WEIGHT_TOTAL),
      weights: weights(total ?? WEIGHT_TOTAL),
      onMissingKey: fc.constantFrom("skip", "default", "error", "random"),
      onMiss: fc.constantFrom("next", "default"),
      ramp: fc.record({
        from: share,
        to: share,
        startAt: fc.constant("2026-01-01T00:00:00Z"),
        endAt: fc.constant("2027-01-01T00:00:00Z"),
      }),
    },
    { requiredKeys: ["by", "salt", "hash", "weights", ...(total === undefined ? [] : ["total" as const])] },
  ),
);

const serve: fc.Arbitrary<Serve> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ variant: fc.constantFrom(...VARIANTS) }) },
  { weight: 5, arbitrary: fc.record({ rollout }) },
  fc.constant({ variant: null }),
  fc.record({ error: fc.constantFrom(...SERVED_ERRORS) }),
);

function rule(vocabulary: Vocabulary): fc.Arbitrary<Omit<Rule, "id">> {
  const ruleServe = fc.oneof(
    serve,
    rollout.map((one) => ({ rollout: { ...one, weights: one.weights.slice(0, 2) } })),
  );
  return fc.record(
    {
      when: condition(vocabulary),
      serve: ruleServe,
      from: fc.constant("2026-02-01"),
      until: fc.constant("2026-11-01T00:00Z"),
      during: fc.array(recurringWindow("UTC", "Europe/Berlin"), { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ["serve"] },
  );
}

/** Generates configurations that refer only to the given segments and flags. */
export function configuration(vocabulary: Vocabulary): fc.Arbitrary<FlagConfiguration> {
  const prerequisite = fc.record({
    flag: fc.constantFrom(...vocabulary.flags, "d1"),
    variants: fc.uniqueArray(fc.constantFrom(...VARIANTS), { minLength: 1 }),
  });
  return fc.record({
    enabled: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
    offVariant: fc.constantFrom(...VARIANTS, null),
    default: serve,
    rules: fc
      .array(rule(vocabulary), { maxLength: 4 })
      .map((rules) => rules.map((one, i): Rule => ({ id: `r${i}`, ...one }))),
    prerequisites: vocabulary.flags.length > 0 ? fc.array(prerequisite, { maxLength: 1 }) : fc.constant([]),
  });
}

const dependency = (vocabulary: Vocabulary): fc.Arbitrary<FlagDependency> =>
  configuration(vocabulary).map((one) => ({ variants: VARIANTS, ...one }));

/** Generates valid documents. Names refer only to earlier names, so there are no cycles. */
export const document: fc.Arbitrary<FlagDocument> = fc
  .record({
    own: configuration({ segments: SEGMENTS, flags: FLAGS }),
    enabled: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    d1: dependency({ segments: [], flags: [] }),
    d2: dependency({ segments: ["s1"], flags: ["d1"] }),
    s1: condition({ segments: [], flags: [] }),
    s2: condition({ segments: ["s1"], flags: ["d1"] }),
    s3: condition({ segments: ["s1", "s2"], flags: ["d2"] }),
  })
  .map(({ own, enabled, d1, d2, s1, s2, s3 }) => ({
    schemaVersion: 1,
    key: "f",
    kind: "flag",
    type: "string",
    version: 1,
    variants: { on: "1", off: "0", other: "?" },
    clientVisible: true,
    metadata: {},
    ...own,
    enabled,
    segments: { s1, s2, s3 },
    dependencies: { d1, d2 },
  }));

/** Generates contexts that often have the attributes of conditions, and sometimes anything. */
const context = fc.oneof(
  fc.dictionary(
    name,
    fc.oneof(scalar, version, fc.array(scalar, { maxLength: 4 }), fc.dictionary(name, scalar), fc.jsonValue()),
  ),
  fc.dictionary(fc.string(), fc.jsonValue()),
);

/** Generates contexts as parsed JSON, which can have an own property `__proto__`. */
const overTheWire = context.map((one) => JSON.parse(JSON.stringify(one)) as EvaluationInput["context"]);

export const input: fc.Arbitrary<EvaluationInput> = fc
  .record({
    context: overTheWire,
    request: fc.dictionary(fc.constantFrom("country", "constructor"), word),
    now: fc.integer({ min: Date.UTC(2025, 11), max: Date.UTC(2027, 1) }),
    draw: fc.integer({ min: 0, max: 99 }),
  })
  .map(({ draw, ...rest }) => ({ ...rest, random: () => draw / 100 }));
