import { type FlagConfiguration, type Rule, type Serve, WEIGHT_TOTAL } from "../../flags/document.ts";
import { parseInstant } from "../../flags/formats/instant.ts";
import { chiSquaredSurvival } from "./chi-squared.ts";
import { saltConflict } from "./salt-conflict.ts";

/** A split differs if one at least as uneven would come about by chance less often than this. */
export const RATIO_THRESHOLD = 0.001;
/** The approximation by the chi-squared distribution needs at least this many expected counts of each variant. */
const MIN_EXPECTED = 5;

/** How often a rule served a variant. */
export interface OutcomeCount {
  /** `null` for the default, the off variant and errors. */
  rule: string | null;
  /** `null` for the caller's default and for errors. */
  variant: string | null;
  count: number;
}

/** The counts of a variant beside its configured share. */
export interface VariantRatio {
  variant: string;
  /** The configured share of those who get one of the split's variants, out of 1. */
  share: number;
  /** The counted share, out of 1; `null` without counts. */
  countedShare: number | null;
  count: number;
  expected: number;
}

/** The comparison of one split with its counts. */
export interface RatioCheck {
  /** `null` for the flag's default. */
  rule: string | null;
  /** `too_few`: the counts are too small. `not_checked`: the split cannot be compared, and `message` says why. */
  verdict: "as_configured" | "differs" | "too_few" | "not_checked";
  variants: VariantRatio[];
  count: number;
  /** Counts of variants that the split does not have. They are left out. */
  unexpected: { variant: string; count: number }[];
  chiSquared: number | null;
  degreesOfFreedom: number | null;
  /** The probability that chance alone makes a split at least as uneven. */
  pValue: number | null;
  message: string;
}

const CAUSES =
  "Possible causes: bots or retries that evaluate often, evaluations that are repeated only for one variant, a part of your program that evaluates only for one variant, or counts from before a change.";

const WITHOUT_SUBJECT =
  "Evaluations without the attribute that splits the subjects, such as the targeting key, count as the off variant too.";

/**
 * Compares the counts of each rule, and of the default, with its rollout or draw. Rules that serve one variant are left
 * out. Pure.
 *
 * @param countedFrom when the counts begin (ms since epoch)
 */
export function checkRatios(
  configuration: FlagConfiguration,
  counts: readonly OutcomeCount[],
  countedFrom: number,
): RatioCheck[] {
  const { rules, default: fallback } = configuration;
  const splits: { rule: Rule | null; serve: Serve }[] = [
    ...rules.map((rule) => ({ rule, serve: rule.serve })),
    { rule: null, serve: fallback },
  ];
  return splits.flatMap(({ rule, serve }) => {
    const shares = sharesOf(serve);
    if (shares.length < 2) return [];
    const id = rule?.id ?? null;
    const own = counts.filter((count) => count.rule === id);
    const isWithOff = rule === null && shares.some(({ variant }) => variant === configuration.offVariant);
    const obstacle = obstacleTo(configuration, rule, isWithOff, countedFrom);
    return [checkSplit(id, shares, own, { obstacle, isWithOff })];
  });
}

function checkSplit(
  rule: string | null,
  shares: readonly Share[],
  own: readonly OutcomeCount[],
  { obstacle, isWithOff }: { obstacle: string | undefined; isWithOff: boolean },
): RatioCheck {
  const countOf = (variant: string) => sum(own.filter((count) => count.variant === variant).map(({ count }) => count));
  const counted = shares.map(({ variant, share }) => ({ variant, share, count: countOf(variant) }));
  const total = sum(counted.map(({ count }) => count));
  const variants = counted.map(({ variant, share, count }) => ({
    variant,
    share,
    count,
    expected: share * total,
    countedShare: total === 0 ? null : count / total,
  }));
  const isConfigured = new Set(shares.map(({ variant }) => variant));
  const unexpected = own.flatMap(({ variant, count }) =>
    variant === null || isConfigured.has(variant) || count === 0 ? [] : [{ variant, count }],
  );
  const found = { rule, variants, count: total, unexpected };
  const untested = { chiSquared: null, degreesOfFreedom: null, pValue: null };
  const note = unexpected.length === 0 ? "" : ` ${unexpectedNote(unexpected)}`;
  if (obstacle !== undefined) return { ...found, ...untested, verdict: "not_checked", message: `${obstacle}${note}` };
  const least = Math.min(...shares.map(({ share }) => share));
  if (least * total < MIN_EXPECTED) {
    const needed = Math.ceil(MIN_EXPECTED / least);
    const message = `There are too few counts: ${total}. The check needs at least ${needed}, so that it can expect each variant ${MIN_EXPECTED} times.${note}`;
    return { ...found, ...untested, verdict: "too_few", message };
  }
  const chiSquared = sum(variants.map(({ count, expected }) => (count - expected) ** 2 / expected));
  const degreesOfFreedom = variants.length - 1;
  const pValue = chiSquaredSurvival(chiSquared, degreesOfFreedom);
  const differs = pValue < RATIO_THRESHOLD;
  const message = differs
    ? `The split differs from the configured one: the probability that chance alone makes a split at least as uneven is ${short(pValue)}, which is below ${RATIO_THRESHOLD}. ${CAUSES}${isWithOff ? ` ${WITHOUT_SUBJECT}` : ""}`
    : `The split agrees with the configured one: the probability that chance alone makes a split at least as uneven is ${short(pValue)}.`;
  const verdict = differs ? "differs" : "as_configured";
  return { ...found, chiSquared, degreesOfFreedom, pValue, verdict, message: `${message}${note}` };
}

/** A variant of a split and its share of those who get one of the split's variants, out of 1. */
interface Share {
  variant: string;
  share: number;
}

/** Returns the split of a result. A ramp serves the same part of each variant's range, so it changes no share. */
function sharesOf(serve: Serve): Share[] {
  const weights = "rollout" in serve ? serve.rollout.weights : "draw" in serve ? serve.draw.weights : [];
  const byVariant = new Map<string, number>();
  for (const [variant, weight] of weights)
    if (weight > 0) byVariant.set(variant, (byVariant.get(variant) ?? 0) + weight);
  const total = sum([...byVariant.values()]);
  return Array.from(byVariant, ([variant, weight]) => ({ variant, share: weight / total }));
}

/**
 * Returns why the counts of a split cannot be expected to have the configured shares.
 *
 * @param isWithOff whether the split is the default's and has the off variant
 */
function obstacleTo(
  { enabled, prerequisites, rules, default: fallback }: FlagConfiguration,
  rule: Rule | null,
  isWithOff: boolean,
  countedFrom: number,
): string | undefined {
  if (!enabled) return "The flag is disabled, so nobody gets this split.";
  // Evaluations that end before the rules count like the default's, and so do those that its ramp leaves out.
  if (isWithOff && prerequisites.length > 0)
    return "The split cannot be checked: the default's counts include the off variant of evaluations whose prerequisite was not met.";
  if (isWithOff && leavesSomeOut(fallback, countedFrom))
    return "The split cannot be checked: the default's counts include the off variant of evaluations that its ramp did not serve.";
  return saltConflict(rules, rule, rule?.serve ?? fallback);
}

/** Whether a ramp has served less than everyone at some time since `countedFrom`. */
function leavesSomeOut(serve: Serve, countedFrom: number): boolean {
  const ramp = "rollout" in serve ? serve.rollout.ramp : undefined;
  if (ramp === undefined) return false;
  const isOver = parseInstant(ramp.endAt) <= countedFrom;
  return ramp.to < WEIGHT_TOTAL || (ramp.from < WEIGHT_TOTAL && !isOver);
}

function unexpectedNote(unexpected: readonly { variant: string; count: number }[]): string {
  const list = unexpected.map(({ variant, count }) => `${variant} (${count})`).join(", ");
  return `Counts of variants that the split does not have are left out: ${list}.`;
}

function short(p: number): string {
  return p < 1e-300 ? "less than 1e-300" : p >= 0.001 ? p.toFixed(3) : p.toExponential(1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
