/** Compares an import with an environment, writes it there, and undoes it. */
import { allPages, ApiError, type Client } from "../../../../sdk/client/client.ts";
import { isSame } from "../../../../sdk/client/differences.ts";
import type { ImportedProject } from "../../../../sdk/import/index.ts";
import { applyAll, checkAll, planAll } from "../../../../sdk/project/apply.ts";
import { contentsOf, contentsOfDeployment, storedFlag } from "../../../../sdk/project/contents.ts";
import { type EnvironmentPlan, type PlannedChange, withDefinition } from "../../../../sdk/project/plan.ts";
import { listText, moreText } from "../../../../sdk/words/names.ts";
import { agoText } from "../../ui/time.tsx";
import { readSelected } from "../flags/bulk-changes.ts";
import { isDefinitionPointer } from "../flags/flag-draft.ts";
import { publishedText } from "../flags/flag-changes.ts";
import { reasonOf } from "../notices.ts";
import { client } from "../session.ts";
import { type Inverse, inversePlan, nameOf } from "./inverse-plan.ts";

const IMPORT = { isWhole: false };
/** Only a write of the whole environment deletes the created flags together with the other changes. */
const UNDO = { isWhole: true };

export interface ImportPlan extends EnvironmentPlan {
  /** The keys of created flags that exist elsewhere with another definition, which the import replaces. */
  redefined: ReadonlySet<string>;
}

/** Returns the changes that the environment needs, which the API would accept. @throws ApiError if it would not */
export async function planImport(project: ImportedProject, environment: string): Promise<ImportPlan> {
  const target = { environment, contents: contentsOf(project), isPart: true };
  const [plan] = await planAll(client, [target], IMPORT);
  if (plan?.version === undefined) throw new Error(`Environment ${environment} does not exist any more.`);
  await checkAll(client, [plan], IMPORT);
  return { ...plan, redefined: await redefinedBy(plan) };
}

async function redefinedBy({ changes, contents }: EnvironmentPlan): Promise<Set<string>> {
  const created = new Set(
    changes.flatMap(({ kind, action, key }) => (kind === "flag" && action === "create" ? key : [])),
  );
  if (created.size === 0) return created;
  const known = await allPages((cursor) => client.call("listDefinitions", { query: { limit: "200", cursor } }));
  const differing = known.filter(({ state: _state, ...definition }) => {
    const flag = contents.flags.get(definition.key);
    if (flag === undefined || !created.has(definition.key)) return false;
    const stored = storedFlag({ ...definition, enabled: false, default: { variant: null } });
    return !isSame(withDefinition(flag, stored), flag);
  });
  return new Set(differing.map(({ key }) => key));
}

/** Whether the plan changes the definition of a flag, which all environments share. */
export function changesDefinitions({ changes }: EnvironmentPlan): boolean {
  return changes.some(
    ({ kind, action, differences: found }) =>
      kind === "flag" && action === "update" && found.some(({ pointer }) => isDefinitionPointer(pointer)),
  );
}

/** The time in which an import was written, as the audit log has it: from `since`, and before `until`. */
export interface ImportPeriod {
  since: string;
  until: string;
}

/**
 * Writes the changes in one request, or in parts if they are too large for one. Returns the result in words, and the
 * period of its entries in the audit log, if that can be read.
 *
 * @throws Error that says which parts are written
 */
export async function applyImport(
  changeClient: Client,
  plan: EnvironmentPlan,
): Promise<{ text: string; period?: ImportPeriod }> {
  const { published, version } = await write(changeClient, plan, IMPORT);
  const text = `Import into ${plan.environment}: ${changedText(plan.changes)}${published}`;
  const period = await readPeriod(plan, version).catch(() => undefined);
  return period === undefined ? { text } : { text, period };
}

/** A part is only written if nobody else has written since the one before, so all versions up to `last` are parts. */
async function readPeriod({ environment, version = 0 }: EnvironmentPlan, last = 0): Promise<ImportPeriod | undefined> {
  const query = { limit: "200" };
  const { items } = (await client.call("listWrites", { path: { env: environment }, query })).body;
  const times = items.flatMap(({ at, versions: { [environment]: made = 0 } }) =>
    made > version && made <= last ? Date.parse(at) : [],
  );
  if (times.length === 0) return undefined;
  const [first, end] = [Math.min(...times), Math.max(...times) + 1];
  return { since: new Date(first).toISOString(), until: new Date(end).toISOString() };
}

/** Returns the plan that undoes an import, which the API would accept. @throws ApiError if it would not */
export async function planUndo(written: ImportPlan): Promise<Inverse> {
  const now = await contentsOfDeployment(client, written.environment);
  const reason = "the import replaced its definition in other environments too";
  const inverse = inversePlan(written, now, new Map([...written.redefined].map((key) => [`flag ${key}`, reason])));
  await checkAll(client, [inverse.plan], UNDO);
  return inverse;
}

/** More flags than these are not named one by one. */
const MOST_NAMED = 20;

/** Returns sentences about the flags that the plan deletes although applications have evaluated them. */
export async function readUseOfDeleted({ environment, changes }: EnvironmentPlan): Promise<string[]> {
  const deleted = changes.flatMap(({ kind, action, key }) => (kind === "flag" && action === "delete" ? key : []));
  if (deleted.length === 0) return [];
  const { flags } = await readSelected(client, environment, new Set(deleted));
  const used = flags.flatMap(({ key, lastEvaluatedAt }) =>
    lastEvaluatedAt ? `${environment} last evaluated ${key} ${agoText(Date.parse(lastEvaluatedAt), Date.now())}` : [],
  );
  const more = used.length - MOST_NAMED;
  return more <= 0
    ? used
    : [...used.slice(0, MOST_NAMED), `${environment} evaluated ${moreText(more)} of the deleted flags`];
}

/** Undoes an import. Returns the result in words. @throws Error that says which parts are written */
export async function applyUndo(changeClient: Client, { plan, left }: Inverse): Promise<string> {
  const { published } = await write(changeClient, plan, UNDO);
  const rest =
    left.length === 0
      ? ""
      : `. Left as they are: ${listText(
          left.map(({ name }) => name),
          "and",
          3,
        )}`;
  return `Import into ${plan.environment} undone: ${changedText(plan.changes)}${rest}${published}`;
}

const DONE = { create: "created", update: "replaced", delete: "deleted" } as const;

/** Returns `created segment dutch and flag checkout; replaced flag search`. */
function changedText(changes: readonly PlannedChange[]): string {
  return (["create", "update", "delete"] as const)
    .map((action) => [action, changes.filter((one) => one.action === action)] as const)
    .filter(([, found]) => found.length > 0)
    .map(([action, found]) => `${DONE[action]} ${listText(found.map(nameOf), "and", 3)}`)
    .join("; ");
}

/** Returns the last version, and a sentence about caches that do not have the change yet, or nothing. */
async function write(
  changeClient: Client,
  plan: EnvironmentPlan,
  options: { isWhole: boolean },
): Promise<{ published: string; version: number | undefined }> {
  const { environment } = plan;
  const { outcomes, error } = await applyAll(changeClient, [plan], options);
  const [outcome] = outcomes;
  if (error === undefined) return { published: publishedText(outcome?.published ?? {}), version: outcome?.version };
  const isLate = error instanceof ApiError && error.status === 412;
  const reason = isLate ? `Someone else has changed ${environment} since the review.` : reasonOf(error);
  const { written = 0, total = 0 } = outcome?.parts ?? {};
  const done = written > 0 ? ` Parts 1 to ${written} of ${total} are written.` : "";
  const doubt = outcome?.state === "unknown" ? " The last request may have been written all the same." : "";
  throw new Error(`${reason}${done}${doubt} Review the changes again.`, { cause: error });
}
