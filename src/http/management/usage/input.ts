import { check, type InferOutput, optional, picklist, pipe, string, transform } from "valibot";
import { parseInstant } from "../../../flags/formats/instant.ts";
import { KEY_PATTERN } from "../../../flags/limits.ts";
import { DAYS_KEPT_MS, HOURS_KEPT_MS } from "../../../store/usage/keep-usage.ts";
import type { UsageStep } from "../../../store/usage/read-usage.ts";
import { HOUR_MS } from "../../../usage/usage-count.ts";
import { HttpError } from "../../errors.ts";
import { cursorOf, limitOf } from "../page.ts";
import { fields } from "../shape.ts";

const STEPS = ["hour", "day"] as const;
/** The length of a step (ms). */
export const STEP_MS: Record<UsageStep, number> = { hour: HOUR_MS, day: 24 * HOUR_MS };
/** The number of steps of one response, and of a request without `from`. */
export const MAX_STEPS = 400;
const DEFAULT_STEPS: Record<UsageStep, number> = { hour: 24, day: 30 };
const KEPT: Record<UsageStep, [ms: number, text: string]> = {
  hour: [HOURS_KEPT_MS, "hours are kept for 30 days; use step=day for earlier times"],
  day: [DAYS_KEPT_MS, "days are kept for 400 days"],
};

const instant = pipe(
  string("must be given once"),
  check(
    (text) => Number.isFinite(parseInstant(text)),
    "must be an instant like 2026-11-28T09:00:00Z or a date like 2026-11-28; write + as %2B",
  ),
  transform(parseInstant),
);
const range = {
  from: optional(instant),
  to: optional(instant),
  step: optional(picklist(STEPS, `must be one of ${STEPS.join(", ")}`), "day"),
};

export const flagUsageQuery = fields(range);
export const ratioCheckQuery = fields({ from: range.from, to: range.to });
export const environmentUsageQuery = fields({ ...range, limit: limitOf(100, 500), cursor: optional(cursorOf("key")) });

/** The largest number of flags of one response with their series. */
const MAX_SERIES = 100;
const flagList = pipe(
  string("must be given once"),
  transform((text) => [...new Set(text.split(","))]),
  check(
    (keys) => keys.length <= MAX_SERIES && keys.every((key) => KEY_PATTERN.test(key)),
    `must be at most ${MAX_SERIES} keys of flags, as in checkout,search`,
  ),
);
export const seriesQuery = fields({ ...range, flags: flagList });

export type SeriesQuery = InferOutput<typeof seriesQuery>;
export type RatioCheckQuery = InferOutput<typeof ratioCheckQuery>;
export type UsageQuery = InferOutput<typeof flagUsageQuery>;
export type EnvironmentUsageQuery = InferOutput<typeof environmentUsageQuery>;

/** Whole steps, from one instant up to before another (ms since epoch). */
export interface StepRange {
  step: UsageStep;
  from: number;
  to: number;
}

/** Returns the whole steps that the query touches, in UTC. @throws HttpError 400 */
export function rangeOf({ step, ...given }: UsageQuery, now: number): StepRange {
  const stepMs = STEP_MS[step];
  const [keptMs, keptText] = KEPT[step];
  const floor = (at: number) => Math.floor(at / stepMs) * stepMs;
  const to = floor((given.to ?? now + 1) - 1) + stepMs;
  const from = floor(given.from ?? to - DEFAULT_STEPS[step] * stepMs);
  if (to > floor(now) + 2 * stepMs) refuse("to", "must not be in the future");
  if (from >= to || (given.from ?? 0) >= (given.to ?? Infinity))
    refuse("from", "must be before to, which is now by default");
  if (from < floor(now - keptMs)) refuse("from", `is too early: ${keptText}`);
  if (to - from > MAX_STEPS * stepMs)
    refuse("from", `must be at most ${MAX_STEPS} steps before to${step === "hour" ? "; use step=day" : ""}`);
  return { step, from, to };
}

function refuse(parameter: "from" | "to", detail: string): never {
  const errors = [{ pointer: `/${parameter}`, detail }];
  throw new HttpError(400, `invalid query parameters: ${parameter}`, { errors });
}
