/** Plans in the form of a patch, which pull requests and mail show in colours: `-` and `+` begin the lines. */
import type { EnvironmentPlan, PlannedChange } from "../../sdk/project/plan.ts";
import { shortJson } from "../../src/flags/hashes/short-json.ts";
import { oneLine } from "../escape.ts";
import { audienceOf, headText, keptText } from "./report.ts";

export function plansPatch(plans: readonly EnvironmentPlan[]): string {
  return plans
    .flatMap((plan) => [
      `@@ ${headText(plan)} @@`,
      ...changeLines(plan.changes),
      ...(plan.kept.length === 0 ? [] : [`# ${keptText(plan.kept)}`]),
    ])
    .concat(audienceOf(plans).map((line) => `# ${line}`))
    .join("\n");
}

export function plansMarkdown(plans: readonly EnvironmentPlan[]): string {
  return plans
    .flatMap((plan) => [
      `### ${headText(plan)}`,
      ...(plan.changes.length === 0 ? [] : ["", "```diff", ...changeLines(plan.changes), "```"]),
      ...(plan.kept.length === 0 ? [] : ["", keptText(plan.kept)]),
      "",
    ])
    .concat(audienceOf(plans))
    .join("\n")
    .trimEnd();
}

function changeLines(changes: readonly PlannedChange[]): string[] {
  return changes.flatMap(({ kind, key, action, differences }) => {
    const name = `${kind} ${oneLine(key)}`;
    if (action !== "update") return [`${action === "create" ? "+" : "-"} ${name}`];
    return [
      `  ${name}`,
      ...differences.flatMap(({ pointer, before, after }) => [
        ...(before === undefined ? [] : [`-   ${oneLine(pointer) || "/"} ${shortJson(before, pointer)}`]),
        ...(after === undefined ? [] : [`+   ${oneLine(pointer) || "/"} ${shortJson(after, pointer)}`]),
      ]),
    ];
  });
}
