import {
  type AttributePath,
  type JsonValue,
  type Rule,
  type Serve,
  WEIGHT_TOTAL,
} from "../../../../src/flags/document.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { scheduleOf } from "../../lowering/schedule.ts";
import { at, type Fields, fieldsOf, isFields, numberOf, type Placed, textOf } from "../../lowering/source.ts";
import type { VariantSet } from "../../lowering/variant-set.ts";
import { dateOf } from "./dates.ts";

/** A part of a percentage, in thousandths of a percent. */
const MULTIPLIER = 1000;

/** A part of a rule. The last one serves everybody whom the others miss. */
export interface Outcome {
  serve: Serve;
  schedule: Pick<Rule, "from" | "until">;
}

/** Everything that the outcomes of one flag need. */
export interface OutcomeScope {
  flagKey: string;
  bucketingKey: AttributePath;
  variations: Fields;
  variants: VariantSet;
  notes: Notes;
}

export function variantOf(name: unknown, place: string, { variations, variants }: OutcomeScope): string {
  const text = textOf(name) ?? "";
  if (!Object.hasOwn(variations, text)) throw new NotImportable(place, `there is no variation "${text}"`);
  const value = variations[text] as JsonValue;
  return variants.nameOf(value, text, [text, value]);
}

/** Returns whether a rule hashes users, so that it needs a key. */
export function needsKey({ fields }: Placed): boolean {
  return isFields(fields["progressiveRollout"]) || Object.keys(fieldsOf(fields["percentage"])).length > 0;
}

/** Returns whether GO Feature Flag calls the result of a rule a split. */
export function isSplit({ fields }: Placed): boolean {
  const shares = Object.values(fieldsOf(fields["percentage"]));
  return isFields(fields["progressiveRollout"]) || (shares.length > 0 && !shares.includes(100));
}

/** Returns the outcome of a rule: a progressive rollout, percentages, or a variation, in this order of precedence. */
export function outcomesOf(rule: Placed, scope: OutcomeScope): Outcome[] {
  const { fields, place } = rule;
  if (isFields(fields["progressiveRollout"])) return progressive(rule, scope);
  if (Object.keys(fieldsOf(fields["percentage"])).length > 0)
    return percentages(fieldsOf(fields["percentage"]), at(place, "percentage"), scope);
  return [{ serve: { variant: variantOf(fields["variation"], at(place, "variation"), scope) }, schedule: {} }];
}

function bucketingOf({ flagKey, bucketingKey }: OutcomeScope, total: number) {
  return { by: [bucketingKey], salt: flagKey, hash: "go-feature-flag-1" as const, total };
}

function percentages(shares: Fields, place: string, scope: OutcomeScope): Outcome[] {
  const entries = Object.entries(shares).map(([name, share]): [string, number] => {
    const percent = numberOf(share);
    if (percent === undefined || percent < 0)
      throw new NotImportable(at(place, name), `${JSON.stringify(share)} is not a percentage`);
    return [name, percent];
  });
  // The ranges follow each other in the reverse order of the names, byte by byte.
  entries.sort(([a], [b]) => (bytesOf(a) < bytesOf(b) ? 1 : -1));
  const total = totalOf(entries, place, scope.notes);
  const weights: [string, number][] = [];
  let bound = 0;
  let end = 0;
  for (const [name, percent] of entries) {
    bound += percent * MULTIPLIER;
    const cut = Math.min(Math.trunc(bound), total);
    weights.push([variantOf(name, at(place, name), scope), cut - end]);
    end = cut;
  }
  const served = weights.filter(([, weight]) => weight > 0);
  const rollout: Outcome = { serve: { rollout: { ...bucketingOf(scope, total), weights: served } }, schedule: {} };
  if (end === total) return [rollout];
  scope.notes.note(place, "rounding leaves a bucket without a variation; it gives an error, as in GO Feature Flag");
  return [rollout, { serve: { error: "GENERAL" }, schedule: {} }];
}

function bytesOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join("");
}

/** The most percentages whose orders are all tried. */
const MAX_ORDERED = 6;

/** Go adds the percentages in no fixed order, which changes the sum of fractions in its last digits. */
function totalOf(entries: readonly (readonly [string, number])[], place: string, notes: Notes): number {
  const shares = entries.map(([, share]) => share);
  const orders = shares.length > MAX_ORDERED ? [shares, shares.toReversed()] : ordersOf(shares);
  const sums = new Set(orders.map((order) => Math.trunc(order.reduce((sum, share) => sum + share, 0) * MULTIPLIER)));
  const total = Math.max(...sums);
  if (sums.size > 1) notes.approximate(place, "the sum of the percentages depends on the order in which Go adds them");
  if (total < 1) throw new NotImportable(place, "the percentages sum to 0");
  return total;
}

function ordersOf(shares: readonly number[]): number[][] {
  if (shares.length < 2) return [[...shares]];
  return shares.flatMap((share, i) => ordersOf(shares.toSpliced(i, 1)).map((others) => [share, ...others]));
}

function progressive({ fields, place: rulePlace }: Placed, scope: OutcomeScope): Outcome[] {
  const place = at(rulePlace, "progressiveRollout");
  const { initial, end } = fieldsOf(fields["progressiveRollout"]);
  const [before, after] = [fieldsOf(initial), fieldsOf(end)];
  const start = dateOf(before["date"], at(place, "initial", "date"));
  const stop = dateOf(after["date"], at(place, "end", "date"));
  if (start === undefined || stop === undefined || Math.floor(stop / 1000) <= Math.floor(start / 1000))
    throw new NotImportable(place, "it needs an initial date and a later end date");
  const from = shareOf(before["percentage"], at(place, "initial", "percentage"), scope.notes);
  const wanted = shareOf(after["percentage"], at(place, "end", "percentage"), scope.notes);
  const to = wanted === 0 || wanted > WEIGHT_TOTAL ? WEIGHT_TOTAL : wanted;
  if (from > wanted) throw new NotImportable(place, "its initial percentage is above its end percentage");
  scope.notes.note(place, "GO Feature Flag moves the share once a second; here it moves all the time");
  const second = (date: number): string => new Date(Math.floor(date / 1000) * 1000).toISOString();
  const ramp = { from, to, startAt: second(start), endAt: second(stop) };
  const weights: [string, number][] = [
    [variantOf(after["variation"], at(place, "end", "variation"), scope), WEIGHT_TOTAL],
  ];
  const rollout = { ...bucketingOf(scope, WEIGHT_TOTAL), weights, ramp };
  const variant = variantOf(before["variation"], at(place, "initial", "variation"), scope);
  return [
    { serve: { rollout }, schedule: scheduleOf({ from: start, until: Infinity }) },
    { serve: { variant }, schedule: {} },
  ];
}

function shareOf(percentage: unknown, place: string, notes: Notes): number {
  const percent = numberOf(percentage ?? 0);
  if (percent === undefined || percent < 0) throw new NotImportable(place, "it is not a percentage");
  const share = percent * MULTIPLIER;
  const rounded = Math.round(share);
  if (Math.abs(share - rounded) > 1e-6) notes.approximate(place, `${percent}% is rounded to ${rounded / MULTIPLIER}%`);
  return rounded;
}
