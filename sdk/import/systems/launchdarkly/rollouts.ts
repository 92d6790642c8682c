import type { Serve } from "../../../../src/flags/document.ts";
import { all, bucketIn, type Bucketing, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { type Fields, fieldsOf, isFields, listOf, numberOf } from "../../lowering/source.ts";
import { attributeOf, bucketSteps, hasKind } from "./attributes.ts";
import { kindOf } from "./source.ts";
import type { VariationTable } from "./variations.ts";

const TOTAL = 100_000;

export const MALFORMED_FLAG: Serve = { error: "PARSE_ERROR" };

/** One result of a rule, and when the rule has it. */
export interface Served {
  when: Lowered;
  serve: Serve;
  /** The variants that are part of an experiment. */
  tracked: readonly string[];
}

/** The parts of the flag that its rollouts use. */
export interface RolloutScope {
  key: string;
  place: string;
  salt: string | undefined;
  table: VariationTable;
  notes: Notes;
}

/** Returns the results of a rule or of the fallthrough, in their order. The last one is for all other contexts. */
export function servedBy(result: Fields, scope: RolloutScope): Served[] {
  const { variation, rollout } = result;
  if (variation !== undefined && variation !== null) {
    const name = scope.table.nameOf(variation);
    return [plain(true, name === undefined ? MALFORMED_FLAG : { variant: name })];
  }
  return servedByRollout(fieldsOf(rollout), scope);
}

function plain(when: Lowered, serve: Serve): Served {
  return { when, serve, tracked: [] };
}

interface Slice {
  from: number;
  to: number;
  variation: unknown;
  isTracked: boolean;
}

function servedByRollout(rollout: Fields, scope: RolloutScope): Served[] {
  if (isFields(rollout["experimentAllocation"]))
    throw new NotImportable(
      scope.place,
      "the REST API does not say how SDKs allocate its experiment; use the SDKs' data",
    );
  const isExperiment = rollout["kind"] === "experiment";
  const slices = slicesOf(rollout, isExperiment);
  const kind = kindOf(rollout["contextKind"]);
  const steps = bucketSteps(isExperiment ? undefined : rollout["bucketBy"], rollout["contextKind"]);
  const [first] = slices;
  if (first === undefined || steps === undefined) return [plain(true, MALFORMED_FLAG)];
  const seed = numberOf(rollout["seed"]);
  if (seed === 0)
    scope.notes.note(
      scope.place,
      "a rollout has the seed 0, which SDKs in JavaScript take for none; here it is a seed",
    );
  if (seed === undefined && scope.salt === undefined)
    throw new NotImportable(scope.place, "it has no salt, so its buckets are not known");
  const bucketing: Bucketing = {
    by: [attributeOf(kind, steps)],
    salt: seed === undefined ? `${scope.key}.${scope.salt}` : String(seed),
    hash: "launchdarkly-1",
    total: TOTAL,
  };
  const named = slices.map((slice) => ({ ...slice, name: nameOf(slice, isExperiment, scope.table) }));
  const bad = named.filter(({ name }) => name === undefined);
  const weights = named.flatMap(({ name, from, to }): [string, number][] =>
    name === undefined ? [] : [[name, to - from]],
  );
  const tracked = isExperiment
    ? named.flatMap(({ name, isTracked }) => (isTracked && name !== undefined ? [name] : []))
    : [];
  if (bad.length > 0) return servedInPieces(named, bucketing, tracked);
  const split: Served = { when: true, serve: { rollout: { ...bucketing, weights } }, tracked };
  // A context without the kind gets the first variation and is not part of the experiment.
  const missing = scope.table.copyOf(first.variation, "untracked");
  if (!isExperiment || tracked.length === 0 || missing === undefined) return [split];
  return [plain(not(hasKind(kind)), { variant: missing }), split];
}

/** A variant that does not exist is an error for its own share only. */
function servedInPieces(
  slices: readonly (Slice & { name: string | undefined })[],
  bucketing: Bucketing,
  tracked: readonly string[],
): Served[] {
  return slices.map(({ name, from, to }, i) => ({
    when: all(i === slices.length - 1 || bucketIn(bucketing, [[from, to]])),
    serve: name === undefined ? MALFORMED_FLAG : { variant: name },
    tracked,
  }));
}

function nameOf({ variation, isTracked }: Slice, isExperiment: boolean, table: VariationTable): string | undefined {
  return isExperiment && !isTracked ? table.copyOf(variation, "untracked") : table.nameOf(variation);
}

/** Returns the slices of the bucket space. The last variation gets the buckets that the weights leave. */
function slicesOf(rollout: Fields, isExperiment: boolean): Slice[] {
  let end = 0;
  const slices = listOf(rollout["variations"])
    .map(fieldsOf)
    .map((one): Slice => {
      const from = end;
      end = Math.min(TOTAL, end + (numberOf(one["weight"]) ?? 0));
      return { from, to: end, variation: one["variation"], isTracked: isExperiment && one["untracked"] !== true };
    });
  const last = slices.at(-1);
  if (last !== undefined) last.to = TOTAL;
  return slices;
}
