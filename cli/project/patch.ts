/** Plans in the form of a patch, which pull requests and mail show in colours: `-` and `+` begin the lines. */
import type { EnvironmentPlan } from "../../sdk/project/plan.ts";
import { oneLine } from "../text/escape.ts";
import { signedLines } from "../text/worded.ts";
import { audienceOf, differencesIn, headText, keptText } from "./report.ts";

export function plansPatch(plans: readonly EnvironmentPlan[]): string {
  return plans
    .flatMap((plan) => [
      `@@ ${headText(plan)} @@`,
      ...changedLines(plan),
      ...(plan.kept.length === 0 ? [] : [`# ${keptText(plan.kept)}`]),
    ])
    .concat(audienceOf(plans).map((line) => `# ${line}`))
    .join("\n");
}

export function plansMarkdown(plans: readonly EnvironmentPlan[]): string {
  return plans
    .flatMap((plan) => [
      `### ${headText(plan)}`,
      ...(plan.changes.length === 0 ? [] : ["", "```diff", ...changedLines(plan), "```"]),
      ...(plan.kept.length === 0 ? [] : ["", keptText(plan.kept)]),
      "",
    ])
    .concat(audienceOf(plans))
    .join("\n")
    .trimEnd();
}

function changedLines(plan: EnvironmentPlan): string[] {
  return plan.changes.flatMap((change) => {
    const name = `${change.kind} ${oneLine(change.key)}`;
    if (change.action !== "update") return [`${change.action === "create" ? "+" : "-"} ${name}`];
    return [`  ${name}`, ...signedLines(differencesIn(plan, change), "   ")];
  });
}
