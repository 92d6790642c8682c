/** Formats plans and their outcomes for people and scripts. */
import type { Outcome } from "../../sdk/project/apply.ts";
import type { WholeFlag } from "../../sdk/project/contents.ts";
import type { EnvironmentPlan, PlannedChange } from "../../sdk/project/plan.ts";
import type { WordedChange } from "../../sdk/words/changes.ts";
import { oneLine } from "../text/escape.ts";
import { changeLines, wordedChanges } from "../text/worded.ts";

export interface PlansView {
  environments: { environment: string; version: number | null; changes: PlannedChange[]; kept: string[] }[];
}

/** `version` is `null` if the environment would be created. */
export function plansView(plans: readonly EnvironmentPlan[]): PlansView {
  return {
    environments: plans.map(({ environment, version, changes, kept }) => ({
      environment,
      version: version ?? null,
      changes,
      kept,
    })),
  };
}

export function plansText(plans: readonly EnvironmentPlan[]): string {
  return [
    ...plans.flatMap((plan) => [
      headText(plan),
      ...changedLines(plan),
      ...(plan.kept.length === 0 ? [] : [`  ${keptText(plan.kept)}`]),
    ]),
    ...audienceOf(plans),
  ].join("\n");
}

/** Returns a line with the new flags that client keys do not see, or nothing. */
export function audienceOf(plans: readonly EnvironmentPlan[]): string[] {
  const hidden = plans.flatMap(({ changes, contents }) =>
    changes
      .filter(({ kind, action, key }) => kind === "flag" && action === "create" && !isVisible(contents.flags.get(key)))
      .map(({ key }) => key),
  );
  const names = [...new Set(hidden)];
  if (names.length === 0) return [];
  const [flags, them] = names.length === 1 ? ["flag", "it"] : ["flags", "them"];
  return [`only servers see the new ${flags} ${someOf(names)}; clientVisible: true shows ${them} to pages and apps`];
}

function isVisible(flag: WholeFlag | undefined): boolean {
  return flag?.clientVisible === true;
}

const SIGNS = { create: "+", update: "~", delete: "-" } as const;

/** Formats a line for each flag and segment, followed by its differences. */
function changedLines(plan: EnvironmentPlan): string[] {
  return plan.changes.flatMap((change) => [
    `  ${SIGNS[change.action]} ${change.kind} ${oneLine(change.key)}`,
    ...changeLines(differencesIn(plan, change)).map((line) => `      ${line}`),
  ]);
}

/** Returns the differences of a flag or segment that both sides have, in words. */
export function differencesIn(
  { now, contents }: EnvironmentPlan,
  { kind, key, action }: PlannedChange,
): WordedChange[] {
  if (action !== "update") return [];
  const [before, after] = [now, contents].map((side) => (kind === "flag" ? side.flags : side.segments).get(key));
  return wordedChanges(before, after);
}

/** Names the environment and counts its changes. */
export function headText({ environment, version, changes }: Omit<EnvironmentPlan, "kept">): string {
  const state = version === undefined ? " (does not exist yet)" : ` at version ${version}`;
  return `${environment}${state}: ${countText(changes)}`;
}

const MAX_NAMES = 10;

export function keptText(kept: readonly string[]): string {
  return `kept (only --prune deletes them): ${someOf(kept)}`;
}

function someOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).map(oneLine).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function countText(changes: readonly PlannedChange[]): string {
  const counts = (["create", "update", "delete"] as const).flatMap((action) => {
    const count = changes.filter((one) => one.action === action).length;
    return count === 0 ? [] : [`${count} to ${action}`];
  });
  return counts.join(", ") || "nothing to change";
}

export function outcomesText(outcomes: readonly Outcome[]): string {
  return outcomes
    .map(({ environment, state, version, changes, published, parts }) => {
      switch (state) {
        case "applied":
          return `${environment}: ${changes} written ${parts === undefined ? "as" : `in ${parts.total} parts up to`} version ${version}, ${publishedText(published)}`;
        case "partly applied":
          return `${environment}: parts 1 to ${parts?.written ?? 0} of ${parts?.total ?? 0} written as version ${version}; run the command again for the rest`;
        case "unchanged":
          return `${environment}: nothing to change at version ${version}`;
        case "failed":
          return `${environment}: not written`;
        case "unknown":
          return `${environment}: may have been written; run the command again to make sure`;
        case "not tried":
          return `${environment}: not tried`;
      }
    })
    .join("\n");
}

/** Says whether the change is visible everywhere already. */
export function publishedText(published: Outcome["published"]): string {
  const late = Object.entries(published ?? {}).filter(([, isPublished]) => !isPublished);
  if (late.length === 0) return "published";
  return `not yet published to ${late.map(([name]) => name).join(", ")}; the sweep will publish it`;
}
