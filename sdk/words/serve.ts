/** The outcome of a rule or of the default in words. */
import type { Rollout, Serve } from "../client/contract.ts";
import { bracketed, schemeRemark } from "../client/scheme-text.ts";
import { WEIGHT_TOTAL } from "../../src/flags/document.ts";
import { byText } from "./condition.ts";
import { nameText, valueText, variantText } from "./names.ts";
import { percentText } from "./share.ts";
import { timeText } from "./time.ts";

/** The reader of the words: the time zone of their clock, and the key of the flag, which is the usual salt. */
export interface Wording {
  zone: string;
  flagKey?: string | undefined;
}

/**
 * Returns an outcome: `on`, `on for 10%, off for 90%`, `on from 0% to 100% between … and …`, `the error GENERAL`. A
 * short text leaves out the salt.
 */
export function serveText(serve: Serve, wording: Wording, isShort = false): string {
  if ("variant" in serve) return variantText(serve.variant);
  if ("error" in serve) return `the error ${serve.error}`;
  if ("draw" in serve) return `${sharesText(serve.draw.weights, WEIGHT_TOTAL)}, drawn for each evaluation`;
  const { rollout } = serve;
  const { ramp, weights, total = WEIGHT_TOTAL } = rollout;
  const shares = ramp === undefined ? sharesText(weights, total) : rampText(ramp, weights, total, wording);
  return shares + bracketed(bucketingRemarks(rollout, wording, isShort));
}

/** Returns shares: `on for 10%, off for 90%`. A variant with the whole is its name alone. */
export function sharesText(weights: readonly [string, number][], total: number): string {
  const served = weights.filter(([, weight]) => weight > 0);
  const [first] = served;
  if (first === undefined) return "nothing";
  if (first[1] === total) return nameText(first[0]);
  return served.map(([variant, weight]) => `${nameText(variant)} for ${percentText(weight, total)}`).join(", ");
}

function rampText(
  { from, to, startAt, endAt }: NonNullable<Rollout["ramp"]>,
  weights: readonly [string, number][],
  total: number,
  { zone }: Wording,
): string {
  const partOf = (weight: number, exposure: number): string =>
    percentText(Math.floor((weight * exposure) / WEIGHT_TOTAL), total);
  const shares = weights
    .filter(([, weight]) => weight > 0)
    .map(([variant, weight]) => `${nameText(variant)} from ${partOf(weight, from)} to ${partOf(weight, to)}`);
  return `${shares.join(", ") || "nothing"} between ${timeText(startAt, zone)} and ${timeText(endAt, zone)}`;
}

const WITHOUT_KEY: Partial<Record<NonNullable<Rollout["onMissingKey"]>, string>> = {
  default: "the default without an id",
  error: "an error without an id",
  random: "a random bucket without an id",
};

/** Returns the settings of a rollout that stand in brackets after its shares. */
export function bucketingRemarks(
  { by, salt, hash, onMiss, onMissingKey = "skip" }: Rollout,
  { flagKey }: Wording,
  isShort: boolean,
): string[] {
  const isUsual = by === undefined || (by.length === 1 && by[0] === "targetingKey");
  const missing = WITHOUT_KEY[onMissingKey];
  return [
    ...(isUsual ? [] : [byText(by)]),
    ...(onMiss === "default" ? ["the default for everyone else"] : []),
    ...(missing === undefined ? [] : [missing]),
    ...(isShort || salt === undefined || salt === flagKey ? [] : [`salt ${valueText(salt)}`]),
    ...schemeRemark(hash),
  ];
}
