import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { all, any, type Lowered } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { numberOf, type Placed, scalarText } from "../../lowering/source.ts";
import { field, partIn, textIn } from "./fields.ts";
import type { Time } from "./moment.ts";
import type { Feature } from "./source.ts";
import { lowerTargeting } from "./targeting.ts";
import { lowerTimeWindow } from "./time-window.ts";

/** One way in which a flag can be on. */
export interface Alternative {
  id: string;
  when: Lowered;
  /** `undefined` if it holds at all times. */
  time: Time | undefined;
  /** The weight of a random draw out of 100,000, if chance decides too. */
  weight: number | undefined;
}

export interface FilterScope {
  feature: Feature;
  isJavaScript: boolean;
  notes: Notes;
}

/** Returns the ways in which the filters of a flag let it be on. All conditions without a time or chance are one. */
export function lowerFilters(scope: FilterScope): Alternative[] {
  const { filters, isOpen, requirement } = scope.feature;
  if (filters.length === 0) return isOpen ? [alternative("enabled", true)] : [];
  const lowered = filters.map((filter) => lowerFilter(filter, scope));
  if (isAll(requirement.value, requirement.place, scope)) {
    const together = lowered.reduce<Alternative | undefined>(
      (one, other) => (one === undefined || other === undefined ? undefined : both(one, other, requirement.place)),
      alternative("enabled", true),
    );
    return together === undefined || together.when === false ? [] : [together];
  }
  const ways = lowered.filter((one) => one !== undefined);
  const plain = ways.filter(({ time, weight }) => time === undefined && weight === undefined);
  const condition = any(...plain.map(({ when }) => when));
  const id = plain.length === 1 ? (plain[0]?.id ?? "") : "filters";
  const others = condition === true ? [] : ways.filter((one) => !plain.includes(one));
  return [...(condition === false ? [] : [alternative(id, condition)]), ...others];
}

function alternative(id: string, when: Lowered): Alternative {
  return { id, when, time: undefined, weight: undefined };
}

function isAll(requirement: unknown, place: string, { isJavaScript }: FilterScope): boolean {
  if (requirement === undefined || requirement === null) return false;
  // .NET reads the names of types without regard to case.
  const text = isJavaScript ? requirement : scalarText(requirement).toLowerCase();
  if (text === (isJavaScript ? "All" : "all")) return true;
  if (text === (isJavaScript ? "Any" : "any")) return false;
  throw new NotImportable(place, `${JSON.stringify(requirement)} is not a requirement type (Any or All)`);
}

/** Returns the conjunction, or `undefined` if it never holds. */
function both(one: Alternative, other: Alternative, place: string): Alternative | undefined {
  const weights = [one.weight, other.weight].filter((weight) => weight !== undefined);
  const weight = weights.reduce((product, next) => (product * next) / WEIGHT_TOTAL, WEIGHT_TOTAL);
  if (!Number.isInteger(weight))
    throw new NotImportable(place, "the product of its random percentages is not a whole share of 100,000");
  const time =
    one.time === undefined ? other.time : other.time === undefined ? one.time : overlap(one.time, other.time);
  if (time === "never") return undefined;
  if (time === "unknown") throw new NotImportable(place, "it requires two recurring time windows at once");
  const isNamed = one.id === "enabled" && one.when === true;
  return {
    id: isNamed ? other.id : "filters",
    when: all(one.when, other.when),
    time,
    weight: weights.length === 0 ? undefined : weight,
  };
}

function overlap(one: Time, other: Time): Time | "never" | "unknown" {
  if (one.during !== undefined && other.during !== undefined) return "unknown";
  const from = Math.max(one.from, other.from);
  const until = Math.min(one.until, other.until);
  const during = one.during ?? other.during;
  return from < until ? { from, until, ...(during !== undefined && { during }) } : "never";
}

/** Returns when one filter holds, or `undefined` if it never does. */
function lowerFilter(filter: Placed, scope: FilterScope): Alternative | undefined {
  const name = textIn(filter, "name") ?? "";
  const parameters = partIn(filter, "parameters");
  const { feature, notes, isJavaScript } = scope;
  switch (kindOf(name, isJavaScript)) {
    case "alwayson":
    case "on":
      return alternative("always-on", true);
    case "targeting": {
      const when = lowerTargeting(feature.id, parameters);
      return when === false ? undefined : alternative("targeting", when);
    }
    case "timewindow": {
      const time = lowerTimeWindow(parameters, isJavaScript, notes);
      return time === undefined ? undefined : { ...alternative("time-window", true), time };
    }
    case "percentage": {
      const weight = weightOf(parameters, notes);
      if (weight === 0) return undefined;
      return { ...alternative("percentage", true), weight: weight === WEIGHT_TOTAL ? undefined : weight };
    }
    default:
      throw new NotImportable(field(filter, "name").place, `"${name}" is a filter of your own code`);
  }
}

/** .NET accepts the names of its filters with or without the namespace and the ending "Filter". */
function kindOf(name: string, isJavaScript: boolean): string {
  if (isJavaScript) return { "Microsoft.Targeting": "targeting", "Microsoft.TimeWindow": "timewindow" }[name] ?? "";
  return name
    .toLowerCase()
    .replace(/^microsoft\./, "")
    .replace(/filter$/, "");
}

/** Returns the weight of Microsoft.Percentage, which draws in each call. */
function weightOf(parameters: Placed, notes: Notes): number {
  const { value, place } = field(parameters, "Value");
  const percent = numberOf(value) ?? -1;
  if (percent <= 0) return 0;
  if (percent >= 100) return WEIGHT_TOTAL;
  const weight = (percent * WEIGHT_TOTAL) / 100;
  const rounded = Math.round(weight);
  if (Math.abs(weight - rounded) > 1e-6) notes.approximate(place, `${percent}% is rounded to ${rounded / 1000}%`);
  notes.note(place, "the filter draws in each call; over HTTP, Burgee draws once in each request");
  return rounded;
}
