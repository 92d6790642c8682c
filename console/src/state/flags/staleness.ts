/** Which flags nobody needs any more: unchanged for a month, and everybody gets the same. */
import type { Flag, Rollout, Rule, Serve } from "../../../../sdk/client/contract.ts";

export const STALE_DAYS = 30;
const DAY_MS = 86_400_000;
const ALL = 100_000;

/** No variant is named like this. */
const CALLERS_DEFAULT = "\u0000";

export interface Staleness {
  /** Whole days since the last change. */
  days: number;
  /** What everybody gets; null: the caller's own default. */
  variant: string | null;
}

/**
 * A flag that has not changed for 30 days and serves one variant to everybody. Undefined where it is in use: it was
 * changed lately, or what it serves depends on who asks. Switches are never stale: lying still is what they are for.
 */
export function stalenessOf(flag: Flag, now: number): Staleness | undefined {
  if (flag.kind === "switch" || flag.updatedAt === undefined) return undefined;
  const days = Math.floor((now - Date.parse(flag.updatedAt)) / DAY_MS);
  if (!(days >= STALE_DAYS)) return undefined;
  const only = onlyAnswerOf(flag, now);
  return only === undefined ? undefined : { days, variant: only.variant };
}

/**
 * What the flag answers whatever the context; undefined when that depends. It goes by the form of the rules: a condition
 * that nobody fulfils counts as if somebody did. Subjects without the attribute that a rollout goes by are left aside, so
 * that a flag that is rolled out to 100 % counts as such.
 */
export function onlyAnswerOf(flag: Flag, now: number): { variant: string | null } | undefined {
  const answers = possibleAnswers(flag, now);
  const [only] = answers;
  if (answers.size !== 1 || only === undefined) return undefined;
  return { variant: only === CALLERS_DEFAULT ? null : only };
}

function possibleAnswers(flag: Flag, now: number): Set<string> {
  const off = flag.offVariant ?? CALLERS_DEFAULT;
  if (!flag.enabled) return new Set([off]);
  const answers = new Set<string>();
  if ((flag.prerequisites?.length ?? 0) > 0) answers.add(off);
  for (const rule of flag.rules ?? []) {
    if (rule.until !== undefined && Date.parse(rule.until) <= now) continue;
    const { variants, next } = outcomesOf(rule.serve, now);
    for (const variant of variants) answers.add(variant);
    // Nobody gets past this one.
    if (isUnconditional(rule, now) && !next) return answers;
  }
  const { variants, next } = outcomesOf(flag.default, now);
  for (const variant of variants) answers.add(variant);
  if (next) answers.add(off);
  return answers;
}

function isUnconditional({ when, from, until }: Rule, now: number): boolean {
  return when === undefined && until === undefined && (from === undefined || Date.parse(from) <= now);
}

/** What may be served to somebody who has the bucketing attribute, and whether they may be passed on. */
function outcomesOf(serve: Serve, now: number): { variants: string[]; next: boolean } {
  if ("variant" in serve) return { variants: [serve.variant], next: false };
  const { weights } = "draw" in serve ? serve.draw : serve.rollout;
  const variants = weights.filter(([, weight]) => weight > 0).map(([variant]) => variant);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const share = "rollout" in serve ? shareOf(serve.rollout, now) : ALL;
  return { variants: share === 0 ? [] : variants, next: total < ALL || share !== ALL };
}

/** How much of each weight is served for good; undefined while it changes. */
function shareOf({ ramp }: Rollout, now: number): number | undefined {
  if (ramp === undefined) return ALL;
  return ramp.from === ramp.to || now >= Date.parse(ramp.endAt) ? ramp.to : undefined;
}
