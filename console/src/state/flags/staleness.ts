/** Stale flags: unchanged for a month, and serving one variant to everyone. */
import type { Flag, Rollout, Rule, Serve } from "../../../../sdk/client/contract.ts";

export const STALE_DAYS = 30;
const DAY_MS = 86_400_000;
const ALL = 100_000;

/** Stands for the default in the code. No variant can have this name. */
const CODE_DEFAULT = "\u0000";

export interface Staleness {
  /** Whole days since the last change. */
  days: number;
  /** The variant that everyone gets, or `null` for the default in the code. */
  variant: string | null;
}

/**
 * Returns the staleness of a flag, or `undefined` if it changed in the last 30 days or serves several variants.
 * Switches are never stale, because they are meant to stay unchanged.
 */
export function stalenessOf(flag: Flag, now: number): Staleness | undefined {
  if (flag.kind === "switch" || flag.updatedAt === undefined) return undefined;
  const days = Math.floor((now - Date.parse(flag.updatedAt)) / DAY_MS);
  if (!(days >= STALE_DAYS)) return undefined;
  const only = onlyVariantOf(flag, now);
  return only === undefined ? undefined : { days, variant: only.variant };
}

/**
 * Returns the variant that every context gets, or `undefined` if contexts can get different ones. It reads only the
 * rules: it assumes that every condition is true for someone. It ignores subjects without the bucketing attribute,
 * so that a rollout of 100% counts as one variant.
 */
export function onlyVariantOf(flag: Flag, now: number): { variant: string | null } | undefined {
  const possible = possibleVariants(flag, now);
  const [only] = possible;
  if (possible.size !== 1 || only === undefined) return undefined;
  return { variant: only === CODE_DEFAULT ? null : only };
}

function possibleVariants(flag: Flag, now: number): Set<string> {
  const off = flag.offVariant ?? CODE_DEFAULT;
  if (!flag.enabled) return new Set([off]);
  const possible = new Set<string>();
  if ((flag.prerequisites?.length ?? 0) > 0) possible.add(off);
  for (const rule of flag.rules ?? []) {
    if (rule.until !== undefined && Date.parse(rule.until) <= now) continue;
    const { variants, next } = outcomesOf(rule.serve, now);
    for (const variant of variants) possible.add(variant);
    // No subject gets past this rule.
    if (isUnconditional(rule, now) && !next) return possible;
  }
  const { variants, next } = outcomesOf(flag.default, now);
  for (const variant of variants) possible.add(variant);
  if (next) possible.add(off);
  return possible;
}

function isUnconditional({ when, from, until, during }: Rule, now: number): boolean {
  const isLimited = (when ?? until ?? during) !== undefined;
  return !isLimited && (from === undefined || Date.parse(from) <= now);
}

/** Returns the variants that a subject with the bucketing attribute can get, and whether it can reach the next rule. */
function outcomesOf(serve: Serve, now: number): { variants: string[]; next: boolean } {
  if ("variant" in serve) return { variants: [serve.variant ?? CODE_DEFAULT], next: false };
  // Clients use their default if they get an error.
  if ("error" in serve) return { variants: [CODE_DEFAULT], next: false };
  const { weights } = "draw" in serve ? serve.draw : serve.rollout;
  const variants = weights.filter(([, weight]) => weight > 0).map(([variant]) => variant);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const whole = ("rollout" in serve ? serve.rollout.total : undefined) ?? ALL;
  const share = "rollout" in serve ? shareOf(serve.rollout, now) : ALL;
  return { variants: share === 0 ? [] : variants, next: total < whole || share !== ALL };
}

/** Returns the served part of each weight, or `undefined` while a ramp still changes it. */
function shareOf({ ramp }: Rollout, now: number): number | undefined {
  if (ramp === undefined) return ALL;
  return ramp.from === ramp.to || now >= Date.parse(ramp.endAt) ? ramp.to : undefined;
}
