import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import type { Period } from "../../lowering/schedule.ts";
import { type Fields, partsOf, type Placed, textOf } from "../../lowering/source.ts";

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
