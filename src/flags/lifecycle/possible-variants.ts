import type { FlagConfiguration, Rollout, Rule, Serve } from "../document.ts";
import { parseInstant } from "../formats/instant.ts";

const ALL = 100_000;

/** Stands for the default in the code. No variant can have this name. */
const CODE_DEFAULT = "\u0000";

/** The parts of a configuration on which its variants depend. Of a condition, only whether there is one counts. */
export type ServingConfiguration = Pick<FlagConfiguration, "enabled" | "offVariant" | "default"> & {
  rules: readonly (Pick<Rule, "serve" | "from" | "until" | "during"> & { when?: unknown })[];
  prerequisites: readonly unknown[];
};

/**
 * Returns the variant that every context gets, `null` for the default in the code, or `undefined` if contexts can get
 * different ones. It reads only the rules: it assumes that every condition is true for someone. It ignores subjects
 * without the bucketing attribute, so that a rollout of 100% counts as one variant.
 */
export function onlyVariantOf(configuration: ServingConfiguration, now: number): string | null | undefined {
  const possible = possibleVariants(configuration, now);
  const [only] = possible;
  if (possible.size !== 1 || only === undefined) return undefined;
  return only === CODE_DEFAULT ? null : only;
}

/** Returns the last instant up to now at which a schedule or a ramp changed the served variants (ms); 0 for none. */
export function lastBoundary({ rules, default: byDefault }: ServingConfiguration, now: number): number {
  const instants = [
    ...rules.flatMap(({ from, until, serve }) => [from, until, rampEnd(serve)]),
    rampEnd(byDefault),
  ].map((instant) => (instant === undefined ? 0 : parseInstant(instant)));
  return Math.max(0, ...instants.filter((at) => at <= now));
}

function rampEnd(serve: Serve): string | undefined {
  return "rollout" in serve ? serve.rollout.ramp?.endAt : undefined;
}

function possibleVariants(flag: ServingConfiguration, now: number): Set<string> {
  const off = flag.offVariant ?? CODE_DEFAULT;
  if (!flag.enabled) return new Set([off]);
  const possible = new Set<string>();
  if (flag.prerequisites.length > 0) possible.add(off);
  for (const rule of flag.rules) {
    if (rule.until !== undefined && parseInstant(rule.until) <= now) continue;
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

function isUnconditional({ when, from, until, during }: ServingConfiguration["rules"][number], now: number): boolean {
  const isLimited = (when ?? until ?? during) !== undefined;
  return !isLimited && (from === undefined || parseInstant(from) <= now);
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
  return ramp.from === ramp.to || now >= parseInstant(ramp.endAt) ? ramp.to : undefined;
}
