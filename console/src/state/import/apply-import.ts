/** Compares an import with an environment, and writes it there. */
import { ApiError } from "../../../../sdk/client/client.ts";
import type { ImportedProject } from "../../../../sdk/import/index.ts";
import { applyAll, checkAll, planAll } from "../../../../sdk/project/apply.ts";
import { contentsOf } from "../../../../sdk/project/contents.ts";
import type { EnvironmentPlan } from "../../../../sdk/project/plan.ts";
import { isDefinitionPointer } from "../flags/flag-draft.ts";
import { publishedText } from "../flags/flag-changes.ts";
import { reasonOf } from "../notices.ts";
import { client } from "../session.ts";

const IMPORT = { isWhole: false };

/** Returns the changes that the environment needs, which the API would accept. @throws ApiError if it would not */
export async function planImport(project: ImportedProject, environment: string): Promise<EnvironmentPlan> {
  const target = { environment, contents: contentsOf(project), isPart: true };
  const [plan] = await planAll(client, [target], IMPORT);
  if (plan?.version === undefined) throw new Error(`Environment ${environment} does not exist any more.`);
  await checkAll(client, [plan], IMPORT);
  return plan;
}

/** Whether the plan changes the definition of a flag, which all environments share. */
export function changesDefinitions({ changes }: EnvironmentPlan): boolean {
  return changes.some(
    ({ kind, action, differences }) =>
      kind === "flag" && action === "update" && differences.some(({ pointer }) => isDefinitionPointer(pointer)),
  );
}

/**
 * Writes the changes in one request, or in parts if they are too large for one.
 *
 * @throws Error that says which parts are written
 */
export async function applyImport(plan: EnvironmentPlan): Promise<string> {
  const { environment } = plan;
  const { outcomes, error } = await applyAll(client, [plan], IMPORT);
  const [outcome] = outcomes;
  if (error === undefined) {
    return `${plan.changes.length} changes applied in ${environment} (version ${outcome?.version})${publishedText(outcome?.published ?? {})}`;
  }
  const isLate = error instanceof ApiError && error.status === 412;
  const reason = isLate ? `Someone else has changed ${environment} since the review.` : reasonOf(error);
  const { written = 0, total = 0 } = outcome?.parts ?? {};
  const done = written > 0 ? ` Parts 1 to ${written} of ${total} are written.` : "";
  const doubt = outcome?.state === "unknown" ? " The last request may have been written all the same." : "";
  throw new Error(`${reason}${done}${doubt} Review the changes again.`, { cause: error });
}
