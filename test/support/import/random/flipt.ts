import { randomIds } from "../../hashing/oracle.ts";
import { drawsOf } from "../draws.ts";
import type { Constraint, Flag, FliptDocument, Segment } from "../flipt.ts";

const { below, happens, pick, picks, some } = drawsOf(31);

const ids = randomIds(500);
const TEXTS = ["a", "ab", "b", " a", "", " ", "é", "true", "false", "TRUE", "1"];
const NUMBERS = ["1", "-1", "+1", "007", "5", "1.5", "2147483648", "x", ""];
const DATES = [
  "2024-05-05T10:00:00Z",
  "2024-05-05T10:00:00.9Z",
  "2024-05-05T12:00:01+02:00",
  "1969-12-31T23:59:59.5Z",
  "2024-05-05",
  "soon",
  "",
];
const ORDER = ["eq", "neq", "lt", "lte", "gt", "gte"];
const PRESENCE = ["present", "notpresent"];

function constraint(): Constraint {
  return pick<() => Constraint>([
    () => textConstraint("STRING", pick(["text", "other"])),
    () => textConstraint("STRING", pick(["text", "other"])),
    () => textConstraint("ENTITY_ID", ""),
    () => ({
      type: "NUMBER_COMPARISON_TYPE",
      property: "number",
      operator: pick([...ORDER, ...PRESENCE]),
      value: pick(NUMBERS),
    }),
    () => ({
      type: "NUMBER_COMPARISON_TYPE",
      property: "number",
      operator: pick(["isoneof", "isnotoneof"]),
      value: pick(["[1, 5]", "[]", "[1.5]", "[1.0]", "1,5"]),
    }),
    () => ({
      type: "BOOLEAN_COMPARISON_TYPE",
      property: "text",
      operator: pick(["true", "false", ...PRESENCE]),
    }),
    () => ({
      type: "DATETIME_COMPARISON_TYPE",
      property: "date",
      operator: pick([...ORDER, ...ORDER, ...PRESENCE]),
      value: pick(DATES),
    }),
  ])();
}

function textConstraint(type: string, property: string): Constraint {
  const [operator, value] = pick<[string, string]>([
    [pick(["eq", "neq", "prefix", "suffix", "contains", "notcontains"]), pick(TEXTS)],
    [
      pick(["isoneof", "isnotoneof"]),
      pick(['["a","é"]', "[]", '["\\u0061"]', "a,b", '["a",1]', JSON.stringify(picks(ids, 40))]),
    ],
    [pick(["empty", "notempty"]), ""],
  ]);
  return { type: `${type}_COMPARISON_TYPE`, property, operator, value };
}

function segment(key: string): Segment {
  return {
    key,
    match_type: pick(["ALL_MATCH_TYPE", "ANY_MATCH_TYPE"]),
    constraints: some(0, 3, constraint),
  };
}

const SEGMENTS = Array.from({ length: 12 }, (_, i) => `segment-${i}`);

function segments(): { keys: string[]; operator: string } {
  return {
    keys: [...new Set(picks(SEGMENTS, 1 + below(2)))],
    operator: pick(["OR_SEGMENT_OPERATOR", "AND_SEGMENT_OPERATOR"]),
  };
}

const VARIANTS = ["red", "blue", "green"];

function distributions(): { variant: string; rollout: number }[] {
  const shares = pick<number[]>([
    [],
    [100],
    [50],
    [0, 100],
    [50, 50],
    [33.33, 33.33, 33.34],
    [33.34, 33.33, 33.33],
    [below(10_000) / 100, below(10_000) / 100, below(1000) / 20],
  ]);
  return shares.map((rollout, i) => ({ variant: VARIANTS[i] as string, rollout }));
}

function variantFlag(key: string): Flag {
  const isDefault = happens(0.4) ? pick(VARIANTS) : "";
  return {
    key,
    type: "VARIANT_FLAG_TYPE",
    enabled: happens(0.9),
    variants: VARIANTS.map((variant) => ({
      key: variant,
      ...(variant === isDefault && { default: true }),
      ...(happens(0.3) && { attachment: pick<unknown>([{ size: 1 }, [1, "é"], "text"]) }),
    })),
    rules: some(0, 3, () => ({
      segment: happens(0.5) ? pick(SEGMENTS) : segments(),
      distributions: distributions(),
    })),
  };
}

function booleanFlag(key: string): Flag {
  return {
    key,
    type: "BOOLEAN_FLAG_TYPE",
    enabled: happens(0.5),
    rollouts: some(0, 3, () =>
      happens(0.5)
        ? { threshold: { percentage: pick([0, 1, 33.3, 50, 99.5, 100]), value: happens(0.5) } }
        : { segment: { ...segments(), value: happens(0.5) } },
    ),
  };
}

/** Makes an export with random flags. */
export function randomFliptDocument(count: number): FliptDocument {
  return {
    flags: Array.from({ length: count }, (_, i) =>
      happens(0.6) ? variantFlag(`variant-é-${i}`) : booleanFlag(`boolean-${i}`),
    ),
    segments: SEGMENTS.map(segment),
  };
}

export interface FliptRequest {
  entityId: string;
  context: Record<string, string>;
}

export function randomRequest(): FliptRequest {
  return {
    entityId: happens(0.9) ? pick(ids) : pick(["a", "é", "ab"]),
    context: {
      ...(happens(0.8) && { text: pick(TEXTS) }),
      ...(happens(0.5) && { other: pick(TEXTS) }),
      ...(happens(0.8) && { number: pick(NUMBERS) }),
      ...(happens(0.8) && { date: pick(DATES) }),
    },
  };
}
