import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { type Fields, partsOf, type Placed, textOf } from "../../lowering/source.ts";

/** The time in which constraints of the current time hold, from an instant until another, in ms since epoch. */
export interface Period {
  from: number;
  until: number;
}

const ALWAYS: Period = { from: -Infinity, until: Infinity };

/**
 * Returns when the constraints of `currentTime` hold for a client that does not send it. Returns `undefined` if they
 * never do.
 */
export function periodOf(parts: readonly Placed[]): Period | undefined {
  const period = parts
    .flatMap((part) => partsOf(part, "constraints"))
    .filter(({ fields }) => fields["contextName"] === "currentTime")
    .map(({ fields }) => periodOfConstraint(fields))
    .reduce(
      (one, other) => ({ from: Math.max(one.from, other.from), until: Math.min(one.until, other.until) }),
      ALWAYS,
    );
  return period.from < period.until ? period : undefined;
}

const NEVER: Period = { from: Infinity, until: -Infinity };

/** Schedules include their first instant. Unleash compares whole milliseconds and excludes it. */
function periodOfConstraint(constraint: Fields): Period {
  const instant = parseInstant(textOf(constraint["value"]) ?? "");
  const isInverted = constraint["inverted"] === true;
  if (Number.isNaN(instant)) return isInverted ? ALWAYS : NEVER;
  if (constraint["operator"] === "DATE_AFTER")
    return isInverted ? { ...ALWAYS, until: instant + 1 } : { ...ALWAYS, from: instant + 1 };
  if (constraint["operator"] === "DATE_BEFORE")
    return isInverted ? { ...ALWAYS, from: instant } : { ...ALWAYS, until: instant };
  return NEVER;
}

/** Returns a period in the form of a rule. */
export function scheduleOf({ from, until }: Period): { from?: string; until?: string } {
  return {
    ...(Number.isFinite(from) && { from: new Date(from).toISOString() }),
    ...(Number.isFinite(until) && { until: new Date(until).toISOString() }),
  };
}
