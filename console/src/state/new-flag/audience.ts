/** The people for whom a flag is turned on, and the configuration that does so. */
import type { Configuration, Rule, Serve } from "../../../../sdk/client/contract.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import type { Problem } from "../../ui/fields/problem.ts";

export const AUDIENCES = [
  ["nobody", "Nobody yet"],
  ["everybody", "Everybody"],
  ["percentage", "A percentage of everybody"],
  ["segment", "A segment"],
  ["people", "Some people"],
] as const;
export type AudienceKind = (typeof AUDIENCES)[number][0];

export interface Audience {
  kind: AudienceKind;
  /** The variant that they get. */
  variant: string;
  /** How many of them get it, out of 100,000. Everybody gets it if `kind` is "everybody". */
  share: number;
  segment: string;
  /** `undefined` until the person has chosen one. */
  attribute: string | undefined;
  /** The values of the attribute, as text. */
  values: readonly string[];
}

const FIRST_SHARE = 10_000;

/** The attribute with the id of the user. */
export const DEFAULT_ATTRIBUTE = "targetingKey";

/** Returns the attribute by which people are chosen most often, if callers of the environment send it. */
export function usualAttribute(known: readonly string[]): string {
  return known.includes("country") ? "country" : DEFAULT_ATTRIBUTE;
}

export function nobody(variant: string): Audience {
  return { kind: "nobody", variant, share: WEIGHT_TOTAL, segment: "", attribute: undefined, values: [] };
}

/** Returns another kind of audience. A percentage begins small, and a segment or some people as a whole. */
export function changeAudience(audience: Audience, kind: AudienceKind): Audience {
  if (kind === audience.kind) return audience;
  return { ...audience, kind, share: kind === "percentage" ? FIRST_SHARE : WEIGHT_TOTAL };
}

/** Returns the fields that are missing to say for whom the flag is. */
export function missingParts({ kind, segment, attribute, values }: Audience): Problem[] {
  const needed = {
    segment: kind === "segment" && segment === "",
    attribute: kind === "people" && attribute === "",
    values: kind === "people" && values.length === 0,
  };
  return Object.entries(needed)
    .filter(([, isMissing]) => isMissing)
    .map(([field]) => ({ pointer: `/rules/0/when/${field}`, detail: "is missing" }));
}

/** The part of a configuration that an audience changes. */
type Targeting = Pick<Configuration, "enabled" | "default"> & { rules: Rule[] };

/** Returns the targeting with the flag turned on for the audience. Earlier rules stay, after the new one. */
export function turnedOnFor(audience: Audience, before: Configuration, ruleId: string): Targeting {
  const { enabled, default: byDefault, rules = [] } = before;
  const rest = "variant" in byDefault ? byDefault.variant : (before.offVariant ?? null);
  const serve = serveOf(audience, rest);
  switch (audience.kind) {
    case "nobody":
      return { enabled, default: byDefault, rules };
    case "everybody":
    case "percentage":
      return { enabled: true, default: serve, rules };
    case "segment":
    case "people":
      return {
        enabled: true,
        default: byDefault,
        rules: [{ id: ruleId, when: conditionOf(audience), serve }, ...rules],
      };
  }
}

function serveOf({ kind, variant, share }: Audience, rest: string | null): Serve {
  if (kind === "everybody" || share === WEIGHT_TOTAL) return { variant };
  const weights: [string, number][] = [[variant, share]];
  // A rest without a variant gets the off variant, which is the default of the code.
  if (rest !== null && rest !== variant) weights.push([rest, WEIGHT_TOTAL - share]);
  return { rollout: { by: ["targetingKey"], hash: "murmur3-mulshift", weights } };
}

function conditionOf({ kind, segment, attribute = DEFAULT_ATTRIBUTE, values }: Audience): NonNullable<Rule["when"]> {
  if (kind === "segment") return { segment };
  return { attribute, operator: values.length === 1 ? "equals" : "in", values: [...values] };
}
