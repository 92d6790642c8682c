/** Makes deployments what a file says, one environment after the other, each in one request that is whole or nothing. */
import { ApiError, type Client, UnreachableError } from "../../sdk/client/client.ts";
import type { Written } from "../../sdk/client/contract.ts";
import { differences } from "../../sdk/client/differences.ts";
import { ChangedMeanwhileError } from "../exit.ts";
import { type Contents, contentsOfDeployment, type WholeFlag, type WholeSegment } from "./contents.ts";
import { plan, type PlannedChange, unnamed, withDefinition } from "./plan.ts";

/** What one environment is to be. */
export interface Target {
  environment: string;
  /** Of an environment that is to be made. */
  name?: string;
  contents: Contents;
  /** Meant for some flags only: what is not in it is no news. */
  isPart?: boolean;
}

/** What stands in the way between one environment and its file. */
export interface EnvironmentPlan extends Target {
  now: Contents;
  /** The environment's version that was read; undefined: there is no such environment yet. */
  version: number | undefined;
  changes: PlannedChange[];
  /** What only the deployment has, and keeps. */
  kept: string[];
}

export interface PlanOptions {
  /** What is not in the file is deleted. */
  isWhole: boolean;
}

/** Reads each environment and compares. An environment that is missing counts as empty. */
export async function planAll(
  client: Client,
  targets: readonly Target[],
  options: PlanOptions,
): Promise<EnvironmentPlan[]> {
  const plans: EnvironmentPlan[] = [];
  for (const target of targets) plans.push(await planOne(client, target, options));
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

/** How one environment came out of it. */
export interface Outcome {
  environment: string;
  /** `unchanged` also where another environment's turn has brought what was missing: definitions are shared. */
  state: "applied" | "unchanged" | "failed" | "not tried";
  version?: number;
  published?: Written["published"];
  /** How many flags and segments were written or deleted. */
  changes: number;
}

/**
 * Carries the plans out in their order. The first that fails ends it; `outcomes` tells of every environment either way.
 * Each is written under the version that its plan was made from: ApiError 412 when anything in it has changed since.
 */
export async function applyAll(
  client: Client,
  plans: readonly EnvironmentPlan[],
  options: PlanOptions & { message?: string },
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
      Object.assign(outcome, await write(client, current, body), { state: "applied" });
      for (const flag of body.flags) sent.set(flag.key, flag);
    } catch (thrown) {
      error = thrown;
      outcome.state = "failed";
    }
  }
  return error === undefined ? { outcomes } : { outcomes, error };
}

/**
 * A definition that was written for one environment has given the others a version, too. Read again, they have to be as
 * they were but for those definitions. @throws ChangedMeanwhileError
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
    throw new ChangedMeanwhileError(`${first.environment} was changed by somebody else (${other?.pointer ?? "made"})`);
  }
  return again;
}

interface Body {
  flags: WholeFlag[];
  segments: WholeSegment[];
  whole: boolean;
}

function bodyOf(
  { changes, contents, now }: EnvironmentPlan,
  later: readonly EnvironmentPlan[],
  options: PlanOptions,
): Body {
  // Only a request that names everything can leave out what is to go.
  const isWhole = options.isWhole && changes.some(({ action }) => action === "delete");
  const isChanged = (kind: PlannedChange["kind"], key: string): boolean =>
    changes.some((one) => one.kind === kind && one.key === key);
  const flags = [...contents.flags.values()].filter(({ key }) => isWhole || isChanged("flag", key));
  return {
    flags: flags.map((flag) => widened(flag, now.flags.get(flag.key), later)),
    segments: [...contents.segments.values()].filter(({ key }) => isWhole || isChanged("segment", key)),
    whole: isWhole,
  };
}

/** With the variants that are to go, while environments whose turn is still to come serve them. */
function widened(flag: WholeFlag, now: WholeFlag | undefined, later: readonly EnvironmentPlan[]): WholeFlag {
  const isLast = !later.some(({ contents }) => contents.flags.has(flag.key));
  return isLast || now === undefined ? flag : { ...flag, variants: { ...now.variants, ...flag.variants } };
}

/** An owner that was never given is not given now: it would be another one, "". */
function sendable(flag: WholeFlag, now: WholeFlag | undefined): Omit<WholeFlag, "owner"> {
  const { owner, ...rest } = flag;
  return owner === "" && (now?.owner ?? "") === "" ? rest : flag;
}

async function write(
  client: Client,
  { environment, name, version, now }: EnvironmentPlan,
  whole: Body,
): Promise<Written> {
  const path = { env: environment };
  const body = { ...whole, flags: whole.flags.map((flag) => sendable(flag, now.flags.get(flag.key))) };
  let seen = version;
  if (seen === undefined) {
    const { answer } = await client.call("createEnvironment", { body: { key: environment, name } });
    seen = answer.version;
    if (body.flags.length === 0 && body.segments.length === 0) return pickWritten(answer);
  }
  try {
    const { answer } = await client.call("applyEnvironment", { path, headers: { "If-Match": `"${seen}"` }, body });
    return pickWritten(answer);
  } catch (error) {
    throw named(error, whole, environment);
  }
}

function pickWritten({ version, published }: Written): Written {
  return { version, published };
}

/** Places in the request, as `/flags/3/rules`, are told by the flag's key. */
function named(error: unknown, { flags, segments }: Body, environment: string): unknown {
  if (error instanceof UnreachableError) {
    return new UnreachableError(
      `${error.message}; whether ${environment} was written is not known: run it again`,
      error,
    );
  }
  if (!(error instanceof ApiError)) return error;
  const errors = (error.problem.errors ?? []).map(({ pointer, detail }) => {
    const [, list, index, rest = ""] = /^\/(flags|segments)\/(\d+)(.*)$/.exec(pointer) ?? [];
    const item = (list === "flags" ? flags : segments)[Number(index)];
    const place = list === undefined || item === undefined ? pointer : `${list.slice(0, -1)} ${item.key} ${rest}`;
    return { pointer: place, detail };
  });
  return new ApiError(error.status, { ...error.problem, errors });
}
