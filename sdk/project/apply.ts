/** Changes a deployment to match a project file, one environment after the other, each in one atomic request. */
import { ApiError, type Client, UnreachableError } from "../client/client.ts";
import { differences } from "../client/differences.ts";
import { contentsOfDeployment, type WholeFlag } from "./contents.ts";
import { ChangedMeanwhileError } from "./errors.ts";
import { type Body, check, type Progress, write, type WriteOptions } from "./write.ts";
import {
  type EnvironmentPlan,
  plan,
  type PlanOptions,
  type PlannedChange,
  type Target,
  unnamed,
  withDefinition,
} from "./plan.ts";

/** Reads and compares each environment. A missing environment counts as empty. */
export async function planAll(
  client: Client,
  targets: readonly Target[],
  options: PlanOptions,
): Promise<EnvironmentPlan[]> {
  const plans: EnvironmentPlan[] = [];
  for (const target of targets) {
    options.progress?.(`reading ${target.environment}`);
    plans.push(await planOne(client, target, options));
  }
  return plans;
}

async function planOne(client: Client, target: Target, { isWhole }: PlanOptions): Promise<EnvironmentPlan> {
  const now = await contentsOfDeployment(client, target.environment).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
  const found = now ?? { flags: new Map(), segments: new Map() };
  return {
    ...target,
    now: found,
    version: now?.version,
    changes: plan(found, target.contents, isWhole),
    kept: isWhole || target.isPart === true ? [] : unnamed(found, target.contents),
  };
}

/** The result for one environment. */
export interface Outcome extends Progress {
  environment: string;
  /** An environment is also `unchanged` if another one's write brought its changes, because definitions are shared. */
  state: "applied" | "partly applied" | "unchanged" | "failed" | "unknown" | "not tried";
  /** The number of written or deleted flags and segments. */
  changes: number;
}

/**
 * Carries out the plans in their order until one fails. `outcomes` always contains every environment. Each write names
 * the version of its plan, so it fails with an ApiError 412 if the environment has changed since.
 */
export async function applyAll(
  client: Client,
  plans: readonly EnvironmentPlan[],
  options: PlanOptions & WriteOptions,
): Promise<{ outcomes: Outcome[]; error?: unknown }> {
  const outcomes: Outcome[] = [];
  const sent = new Map<string, WholeFlag>();
  let error: unknown;
  for (const [i, first] of plans.entries()) {
    const outcome: Outcome = { environment: first.environment, state: "not tried", changes: 0 };
    outcomes.push(outcome);
    if (error !== undefined) continue;
    try {
      const current = sent.size === 0 ? first : await planAgain(client, first, sent, options);
      outcome.changes = current.changes.length;
      if (current.changes.length === 0 && current.version !== undefined) {
        outcome.state = "unchanged";
        outcome.version = current.version;
        continue;
      }
      const body = bodyOf(current, plans.slice(i + 1), options);
      options.progress?.(`writing ${first.environment}`);
      await write(client, current, body, outcome, options);
      outcome.state = "applied";
      for (const flag of body.flags) sent.set(flag.key, flag);
    } catch (thrown) {
      error = thrown;
      outcome.state = mayHaveHappened(thrown) ? "unknown" : outcome.parts?.written ? "partly applied" : "failed";
    }
  }
  return error === undefined ? { outcomes } : { outcomes, error };
}

/** Asks the deployment whether it would accept each plan. @throws ApiError as the write would */
export async function checkAll(
  client: Client,
  plans: readonly EnvironmentPlan[],
  options: PlanOptions & WriteOptions,
): Promise<void> {
  for (const plan of plans) {
    if (plan.changes.length === 0) continue;
    // A dry run writes no environment, so all the others still serve the variants that the file removes.
    const others = plans.filter((one) => one !== plan);
    await check(client, plan, bodyOf(plan, others, options), options);
  }
}

function mayHaveHappened(error: unknown): boolean {
  return (error instanceof ApiError || error instanceof UnreachableError) && error.mayHaveHappened;
}

/**
 * Reads an environment again, because a definition written for one environment gives all others a new version. Apart
 * from these definitions, it must be unchanged.
 *
 * @throws ChangedMeanwhileError
 */
async function planAgain(
  client: Client,
  first: EnvironmentPlan,
  sent: ReadonlyMap<string, WholeFlag>,
  options: PlanOptions,
): Promise<EnvironmentPlan> {
  const again = await planOne(client, first, options);
  const flags = [...first.now.flags].map(([key, flag]): [string, WholeFlag] => {
    const definition = sent.get(key);
    return [key, definition === undefined ? flag : withDefinition(flag, definition)];
  });
  const expected = { flags: Object.fromEntries(flags), segments: Object.fromEntries(first.now.segments) };
  const found = { flags: Object.fromEntries(again.now.flags), segments: Object.fromEntries(again.now.segments) };
  const [other] = differences(expected, found);
  if (other !== undefined || (first.version === undefined) !== (again.version === undefined)) {
    throw new ChangedMeanwhileError(
      `${first.environment} was changed by someone else (${other?.pointer ?? "created or deleted"}); run the command again`,
    );
  }
  return again;
}

function bodyOf(
  { changes, contents, now }: EnvironmentPlan,
  later: readonly EnvironmentPlan[],
  options: PlanOptions,
): Body {
  // Only a request with the whole environment can delete something by leaving it out.
  const isWhole = options.isWhole && changes.some(({ action }) => action === "delete");
  const isChanged = (kind: PlannedChange["kind"], key: string): boolean =>
    changes.some((one) => one.kind === kind && one.key === key);
  const flags = [...contents.flags.values()].filter(({ key }) => isWhole || isChanged("flag", key));
  return {
    flags: flags.map((flag) => withOldVariants(flag, now.flags.get(flag.key), later)),
    segments: [...contents.segments.values()].filter(({ key }) => isWhole || isChanged("segment", key)),
    whole: isWhole,
  };
}

/** Keeps the variants to be removed as long as later environments still serve them. */
function withOldVariants(flag: WholeFlag, now: WholeFlag | undefined, later: readonly EnvironmentPlan[]): WholeFlag {
  const isLast = !later.some(({ contents }) => contents.flags.has(flag.key));
  return isLast || now === undefined ? flag : { ...flag, variants: { ...now.variants, ...flag.variants } };
}
