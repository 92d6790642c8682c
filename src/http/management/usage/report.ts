/** Reports of evaluations in other processes. */
import {
  array,
  exactOptional,
  type InferOutput,
  integer,
  maxLength,
  maxValue,
  minLength,
  minValue,
  nullable,
  number,
  optional,
  pipe,
  regex,
  string,
} from "valibot";
import { parseInstant } from "../../../flags/formats/instant.ts";
import { KEY_PATTERN, KEY_RULE } from "../../../flags/limits.ts";
import { type FieldError, InvalidInputError } from "../../../ops/errors.ts";
import { type CountRow, HOUR_MS } from "../../../usage/usage-count.ts";
import type { Services } from "../../services.ts";
import { environmentOf, type ManagementContext } from "../context.ts";
import { fields, parseShape } from "../shape.ts";
import { waitUntilOf } from "../../wait-until.ts";

export const MAX_REPORT_BYTES = 512 * 1024;
const MAX_COUNTS = 1000;
/** No process counts more of one flag between two reports. */
const MAX_EVALUATIONS = 1_000_000_000;
/** A report is repeated for half a day, and its clock may be wrong by as much (ms). */
const OLDEST_MS = 24 * HOUR_MS;

const name = pipe(string("must be text"), regex(KEY_PATTERN, `must be ${KEY_RULE}`));
const evaluations = pipe(
  number("must be a number"),
  integer("must be a whole number"),
  minValue(0, "must not be negative"),
  maxValue(MAX_EVALUATIONS, `must not exceed ${MAX_EVALUATIONS}`),
);

export const reportSchema = fields({
  batch: pipe(string("must be text"), regex(/^[\w-]{8,64}$/, "must be 8 to 64 letters, digits, - and _")),
  counts: pipe(
    array(
      fields({
        flag: name,
        /** `null` or left out if the caller's default was used. */
        variant: optional(nullable(name), null),
        rule: optional(nullable(name), null),
        at: string("must be text"),
        used: exactOptional(evaluations),
        requested: exactOptional(evaluations),
      }),
      "must be a list",
    ),
    minLength(1, "must not be empty"),
    maxLength(MAX_COUNTS, `must not have more than ${MAX_COUNTS} counts`),
  ),
});

export type UsageReport = InferOutput<typeof reportSchema>;

/** @throws InvalidInputError */
export function parseReport(value: unknown): UsageReport {
  const report = parseShape(reportSchema, value);
  const errors = report.counts.flatMap(({ at }, i): FieldError[] =>
    Number.isFinite(parseInstant(at))
      ? []
      : [{ pointer: `/counts/${i}/at`, detail: "must be an instant like 2026-11-28T09:00:00Z" }],
  );
  if (errors.length > 0) throw new InvalidInputError(errors);
  return report;
}

/** Adds a report once. Counts of flags that the environment does not have are left out. */
export async function postReport(
  services: Pick<Services, "source" | "openUsage" | "now">,
  c: ManagementContext,
  { body: { batch, counts } }: { body: UsageReport },
): Promise<Response> {
  const [environment, { id: keyId }, now] = [environmentOf(c), c.get("actor"), services.now()];
  const found = await services.source.all({ environment, keyId, scope: { waitUntil: waitUntilOf(c) } });
  const known = new Set(found?.value.all.map(({ key }) => key));
  const rows = counts.filter(({ flag }) => known.has(flag)).map((count) => rowOf(count, { environment, keyId, now }));
  const used: CountRow = [environment, Math.floor(now / HOUR_MS), "", "", "", keyId, 0, 0, 0, now];
  const sink = await (await services.openUsage()).openSink();
  // Its sender is the report itself, which has one batch.
  await sink.add({ sender: `${keyId}.${batch}`, sequence: 1, isRepeated: false, counts: [used, ...rows] });
  return c.json({ batch, counted: rows.length, ignored: counts.length - rows.length });
}

function rowOf(
  { flag, variant, rule, at: text, used = 0, requested = 0 }: UsageReport["counts"][number],
  { environment, keyId, now }: { environment: string; keyId: string; now: number },
): CountRow {
  // A clock that is wrong moves its counts by a day at most, and never into the future.
  const at = Math.min(Math.max(parseInstant(text), now - OLDEST_MS), now);
  const times: [number, number] = [requested > 0 ? at : 0, used > 0 ? at : 0];
  return [environment, Math.floor(at / HOUR_MS), flag, variant ?? "", rule ?? "", keyId, requested, used, ...times];
}
