import type { Resolution } from "../../../../src/evaluation/types.ts";
import { draftOf, refusal } from "../../lowering/draft.ts";
import { at } from "../../lowering/source.ts";
import type { Draft, DraftProject, FlagInput, ImportOptions } from "../../types.ts";
import { toContext } from "./context.ts";
import { type FlagScope, lowerFlag, type Reason, type Reasons } from "./flags.ts";
import { SegmentTable } from "./segments.ts";
import { flagOf, readSource } from "./source.ts";
import { OFF } from "./variations.ts";

/** Imports `{ flags, segments }`, as SDKs and the Relay Proxy receive them, or as the REST API lists them. */
export function importLaunchDarkly(input: unknown, { environment }: ImportOptions): DraftProject {
  const source = readSource(input);
  const segments = new SegmentTable(source);
  const scope: FlagScope = { source, segments, environment, reasons: new Map() };
  const flags = [...source.flags].map(([key, placed]) =>
    draftOf({ kind: "flag", key, place: placed.place }, (notes) =>
      lowerFlag(key, flagOf(placed, environment), scope, notes),
    ),
  );
  checkParents(flags);
  return {
    flags,
    segments: segments.drafts(),
    refused: source.refused,
    toContext,
    fromResolution: (resolution, flagKey) => detailOf(resolution, scope.reasons.get(flagKey)),
  };
}

/**
 * Completes the prerequisites, whose parents are all lowered now. A flag whose parent may be malformed is refused: it
 * would be malformed too, but here an error of its parent only leaves the prerequisite unmet.
 */
function checkParents(drafts: Draft<FlagInput>[]): void {
  const byKey = new Map(drafts.map(({ item, entry }) => [entry.key, item]));
  for (const draft of drafts) {
    const { item, entry } = draft;
    if (item === undefined) continue;
    item.prerequisites = item.prerequisites.map(({ flag, variants }) => {
      const known = byKey.get(flag)?.variants;
      return { flag, variants: variants.filter((name) => known === undefined || Object.hasOwn(known, name)) };
    });
    const failing = item.prerequisites.find(({ flag }) => mayFail(byKey.get(flag)));
    if (failing === undefined) continue;
    draft.item = undefined;
    draft.entry = refusal(entry, at(entry.place, "prerequisites"), `its prerequisite "${failing.flag}" is malformed`);
  }
}

function mayFail(flag: FlagInput | undefined): boolean {
  return (
    flag?.enabled === true && [flag.default, ...flag.rules.map(({ serve }) => serve)].some((serve) => "error" in serve)
  );
}

/** The result of LaunchDarkly's `variationDetail`. Without `value`, the caller's default is the value. */
interface Detail {
  value?: unknown;
  variationIndex?: number;
  reason: Reason;
}

const ERROR_KINDS: Record<string, string> = { FLAG_NOT_FOUND: "FLAG_NOT_FOUND", PARSE_ERROR: "MALFORMED_FLAG" };

function detailOf(resolution: Resolution, reasons: Reasons | undefined): Detail {
  if (resolution.reason === "ERROR")
    return { reason: { kind: "ERROR", errorKind: ERROR_KINDS[resolution.errorCode] ?? "EXCEPTION" } };
  const { variant, value } = resolution;
  const variationIndex = variant === undefined ? undefined : reasons?.table.indexOf(variant);
  const served = variationIndex === undefined ? {} : { value, variationIndex };
  return { ...served, reason: reasonOf(resolution, reasons) };
}

function reasonOf(
  { reason, variant, ruleId }: Exclude<Resolution, { reason: "ERROR" }>,
  reasons: Reasons | undefined,
): Reason {
  if (reason === "DISABLED" || reasons === undefined) return { kind: "OFF" };
  const isUnmet = ruleId === undefined && (variant === undefined || variant === OFF);
  if (isUnmet) return reasons.unmetPrerequisite;
  const found = reasons.byRule.get(ruleId);
  if (found === undefined) return { kind: "FALLTHROUGH" };
  const isTracked = variant !== undefined && found.tracked.includes(variant);
  return isTracked ? { ...found.reason, inExperiment: true } : found.reason;
}
