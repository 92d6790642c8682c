/** One sentence for what a flag serves now, and one for its next change. */
import type { Configuration, Rollout, Rule, Serve } from "../client/contract.ts";
import { compileWindows } from "../../src/evaluation/windows/windows.ts";
import { WEIGHT_TOTAL } from "../../src/flags/document.ts";
import { parseInstant } from "../../src/flags/formats/instant.ts";
import { conditionText, servesText } from "./condition.ts";
import { listText, nameText, variantText } from "./names.ts";
import type { Wording } from "./serve.ts";
import { exposureAt, type Moving, servedShare } from "./share-at.ts";
import { movingPercentText, percentText } from "./share.ts";
import { timeText } from "./time.ts";

export interface Served {
  /** `if country is NL or BE, on for 10%; otherwise off` */
  now: string;
  /** `from 24 Dec 2026, 09:00 CET: on for everyone`. `undefined` if no schedule, window or ramp changes anything. */
  later: string | undefined;
}

/** A list shows so many rules as sentences. Of more rules it says how many there are. */
const SHOWN_RULES = 2;

/** Boundaries that change nothing are skipped, such as those of a rule that no one reaches. This many are tried. */
const MAX_BOUNDARIES = 64;

/** Returns what a flag serves at an instant, and what changes next. */
export function servedText(flag: Configuration, now: number, wording: Wording): Served {
  const steady = stateText(flag, now, () => "");
  let at = now;
  for (let i = 0; i < MAX_BOUNDARIES; i++) {
    at = nextBoundary(flag, at);
    if (at === Infinity) break;
    if (stateText(flag, at, () => "") === steady) continue;
    const later = stateText(
      flag,
      at,
      (moving, share) => ` (${directionText(moving, share)} by ${timeText(moving.endAt, wording.zone)})`,
    );
    return { now: nowText(flag, now), later: `from ${timeText(at, wording.zone)}: ${later}` };
  }
  return { now: nowText(flag, now), later: undefined };
}

/** Returns the differences of what two configurations serve at an instant and later. */
export function servedChanges(
  before: Configuration,
  after: Configuration,
  at: number,
  wording: Wording,
): { subject: string; before: string; after: string }[] {
  const [old, next] = [servedText(before, at, wording), servedText(after, at, wording)];
  return [
    { subject: "Serves", before: old.now, after: next.now },
    { subject: "Next change", before: old.later ?? "none", after: next.later ?? "none" },
  ].filter((one) => one.before !== one.after);
}

function nowText(flag: Configuration, now: number): string {
  return stateText(flag, now, (moving, share) => ` (${directionText(moving, share)})`);
}

/** Returns a remark on a share that a ramp changes. An empty one stands for the share as well. */
type MovingRemark = (moving: Moving, share: Share) => string;

interface Share {
  weight: number;
  /** The part of the weight that is served at the instant. */
  served: number;
  total: number;
}

function directionText({ to }: Moving, { weight, served, total }: Share): string {
  const end = servedShare(weight, to);
  return `${end < served ? "falling" : "rising"} to ${percentText(end, total)}`;
}

function stateText(flag: Configuration, at: number, remark: MovingRemark): string {
  const { enabled, offVariant = null, rules = [], prerequisites = [] } = flag;
  const off = variantText(offVariant);
  if (!enabled) return `${off} for everyone`;
  const { clauses, last } = clausesOf(rules, flag, at, remark);
  const isLong = clauses.length > SHOWN_RULES;
  const before = isLong ? [`${clauses.length} rules come first`] : clauses;
  const [only] = last;
  const rest =
    last.length === 1 && only !== undefined && only.isWhole ? only.text : last.map(({ text }) => text).join(", ");
  const text =
    before.length > 0
      ? [...before, `otherwise ${rest}`].join("; ")
      : last.length === 1 && only?.isWhole === true
        ? `${rest} for everyone`
        : rest;
  if (prerequisites.length === 0) return text;
  const needed = prerequisites.map((one) => servesText(one.flag, one.variants));
  return `${text} (${off} for everyone unless ${listText(needed, "and")})`;
}

interface Part {
  text: string;
  isWhole: boolean;
}

/** Returns the rules that serve somebody at the instant, in words, and the outcome for everybody whom they leave. */
function clausesOf(
  rules: readonly Rule[],
  flag: Configuration,
  at: number,
  remark: MovingRemark,
): { clauses: string[]; last: Part[] } {
  const clauses: string[] = [];
  for (const rule of rules) {
    if (!isActive(rule, at)) continue;
    const parts = partsOf(rule.serve, at, remark);
    const isWhole = parts.some((part) => part.isWhole);
    if (rule.when === undefined && isWhole) return { clauses, last: parts };
    const goesToDefault = !isWhole && "rollout" in rule.serve && rule.serve.rollout.onMiss === "default";
    if (parts.length === 0 && !goesToDefault) continue;
    const text = parts.map((part) => part.text).join(", ") || "the default";
    // Everybody else gets the default at once, so no later rule serves anybody.
    if (goesToDefault && rule.when === undefined) {
      if (parts.length > 0) clauses.push(text);
      break;
    }
    const rest = goesToDefault && parts.length > 0 ? ", the default for the rest" : "";
    clauses.push(rule.when === undefined ? text : `if ${conditionText(rule.when)}, ${text}${rest}`);
  }
  return { clauses, last: defaultParts(flag, at, remark) };
}

/** Returns the parts of the default. Subjects outside its shares get the off variant. */
function defaultParts({ default: serve, offVariant = null }: Configuration, at: number, remark: MovingRemark): Part[] {
  const parts = partsOf(serve, at, remark);
  if (parts.length === 0) return [{ text: variantText(offVariant), isWhole: true }];
  return parts.some(({ isWhole }) => isWhole) || !("rollout" in serve) || isFull(serve.rollout, at)
    ? parts
    : [...parts, { text: `${variantText(offVariant)} for the rest`, isWhole: false }];
}

/** Whether the shares of a rollout are the whole at the instant. */
function isFull({ weights, total = WEIGHT_TOTAL, ramp }: Rollout, at: number): boolean {
  const { exposure, moving } = exposureAt(ramp, at);
  return (
    moving === undefined && exposure === WEIGHT_TOTAL && weights.reduce((sum, [, weight]) => sum + weight, 0) === total
  );
}

function partsOf(serve: Serve, at: number, remark: MovingRemark): Part[] {
  if ("variant" in serve) return [{ text: variantText(serve.variant), isWhole: true }];
  if ("error" in serve) return [{ text: `the error ${serve.error}`, isWhole: true }];
  const { weights, total = WEIGHT_TOTAL } = "draw" in serve ? { ...serve.draw, total: undefined } : serve.rollout;
  const { exposure, moving } = exposureAt("rollout" in serve ? serve.rollout.ramp : undefined, at);
  const parts: Part[] = [];
  for (const [variant, weight] of mergedWeights(weights)) {
    const served = servedShare(weight, exposure);
    if (served === 0 && (moving === undefined || weight === 0)) continue;
    const share = { weight, served, total };
    const isWhole = served === total && moving === undefined;
    parts.push({ text: isWhole ? nameText(variant) : shareText(variant, share, moving, remark), isWhole });
  }
  return parts;
}

function shareText(variant: string, share: Share, moving: Moving | undefined, remark: MovingRemark): string {
  if (moving === undefined) return `${nameText(variant)} for ${percentText(share.served, share.total)}`;
  const text = remark(moving, share);
  // The share itself changes all the time. Only its end says whether two states differ.
  if (text === "") return `${nameText(variant)} on its way to ${moving.to}`;
  return `${nameText(variant)} for ${movingPercentText(share.served, share.total)}${text}`;
}

function mergedWeights(weights: readonly [string, number][]): Map<string, number> {
  const merged = new Map<string, number>();
  for (const [variant, weight] of weights) merged.set(variant, (merged.get(variant) ?? 0) + weight);
  return merged;
}

function isActive({ from, until, during }: Rule, at: number): boolean {
  if (from !== undefined && at < parseInstant(from)) return false;
  if (until !== undefined && at >= parseInstant(until)) return false;
  return during === undefined || (windowsOf(during)?.isOpenAt(at) ?? false);
}

/** Returns `undefined` for windows of a draft that are not valid yet. */
function windowsOf(during: NonNullable<Rule["during"]>): ReturnType<typeof compileWindows> | undefined {
  try {
    return compileWindows(during);
  } catch {
    return undefined;
  }
}

/** Returns the next instant after `at` at which a schedule, a window or a ramp can change something. */
function nextBoundary({ enabled, rules = [], default: byDefault }: Configuration, at: number): number {
  if (!enabled) return Infinity;
  const texts = [...rules, { serve: byDefault }].flatMap(
    ({ serve, ...rule }: Pick<Rule, "serve" | "from" | "until">) => [
      rule.from,
      rule.until,
      ...("rollout" in serve ? [serve.rollout.ramp?.startAt, serve.rollout.ramp?.endAt] : []),
    ],
  );
  const instants = texts.map((text) => (text === undefined ? Infinity : parseInstant(text)));
  const turns = rules.map(({ during, until }) => {
    const turn = during === undefined ? Infinity : (windowsOf(during)?.nextTurn(at) ?? Infinity);
    return until !== undefined && turn >= parseInstant(until) ? Infinity : turn;
  });
  return Math.min(Infinity, ...[...instants, ...turns].filter((instant) => instant > at));
}
