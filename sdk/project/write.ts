/** Writes the contents of one environment, in one request or, if they are too large for that, in several. */
import type { FlagInput } from "../../src/flags/document.ts";
import { ApiError, type Client } from "../client/client.ts";
import type { Written } from "../client/contract.ts";
import type { EnvironmentPlan } from "./plan.ts";
import { listDocuments, type WholeFlag } from "./contents.ts";
import { fitsOneRequest, inOrder, type Part, PART_LIMITS, type PartLimits, partsOf, sizeOf } from "./parts.ts";

export interface Body extends Part {
  /** Whether to delete everything that the body does not contain. */
  whole: boolean;
}

export interface WriteOptions {
  limits?: PartLimits | undefined;
  /** Reports progress. */
  note?: ((text: string) => void) | undefined;
}

/** The progress of a write in parts. */
export interface Progress {
  parts?: { written: number; total: number };
  version?: number;
  published?: Written["published"];
}

/** Writes the body. `progress` counts the written parts, even if a later one fails. */
export async function write(
  client: Client,
  plan: EnvironmentPlan,
  body: Body,
  progress: Progress,
  { limits = PART_LIMITS, note = () => undefined }: WriteOptions,
): Promise<void> {
  const { environment, name, version, now } = plan;
  let expected = version;
  if (expected === undefined) {
    const { body: created } = await client.call("createEnvironment", { body: { key: environment, name } });
    expected = record(progress, created);
    if (body.flags.length === 0 && body.segments.length === 0) return;
  }
  if (fitsOneRequest(body, limits)) {
    record(progress, await send(client, plan, body, expected));
    return;
  }
  const parts = partsOf(body, now, limits);
  const deleted = body.whole ? deletedIn(plan) : [];
  const total = parts.length + deleted.length;
  progress.parts = { written: 0, total };
  note(`burgee: ${sizeText(plan, body, limits)}, so it is written in ${total} parts, each valid by itself`);
  for (const part of parts) {
    expected = record(progress, await send(client, plan, { ...part, whole: false }, expected));
    progress.parts.written++;
    note(`burgee: ${environment}: part ${progress.parts.written} of ${total} written`);
  }
  if (deleted.length === 0) return;
  const versions = await versionsAt(client, environment, expected);
  for (const node of deleted) {
    record(progress, await remove(client, environment, node, versions.get(node)));
    progress.parts.written++;
  }
}

/** Asks the deployment whether it would accept the body. Of several parts, only the first can be checked. */
export async function check(
  client: Client,
  plan: EnvironmentPlan,
  body: Body,
  { limits = PART_LIMITS, note = () => undefined }: WriteOptions = {},
): Promise<void> {
  // A missing environment would be created first.
  if (plan.version === undefined) return;
  const [first = body, ...more] = fitsOneRequest(body, limits) ? [] : partsOf(body, plan.now, limits);
  if (more.length > 0)
    note(`burgee: ${sizeText(plan, body, limits)}, so it would be written in ${more.length + 1} parts`);
  await send(client, plan, more.length > 0 ? { ...first, whole: false } : body, plan.version, { dryRun: "true" });
}

function sizeText({ environment }: EnvironmentPlan, body: Body, { bytes }: PartLimits): string {
  return `${environment} needs ${mebibytes(sizeOf(body))}, but a request can have at most ${mebibytes(bytes)}`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

/**
 * Returns the nodes that are deleted in single calls, referring documents first. Only one request with everything can
 * delete by omission.
 */
function deletedIn({ changes, now }: EnvironmentPlan): string[] {
  const gone = new Set(changes.flatMap(({ action, kind, key }) => (action === "delete" ? [`${kind} ${key}`] : [])));
  return inOrder(now)
    .toReversed()
    .filter((node) => gone.has(node));
}

/** Deletes a document if it is at this version. */
async function remove(client: Client, env: string, node: string, version: number | undefined): Promise<Written> {
  const [operation, key] = [
    node.startsWith("flag ") ? "deleteFlag" : "deleteSegment",
    node.slice(node.indexOf(" ") + 1),
  ] as const;
  const headers = { "If-Match": `"${version}"` };
  return (await client.call(operation, { path: { env, key }, headers })).body;
}

/** Returns the version of each document by node. @throws ApiError 412 if the environment has another version */
async function versionsAt(client: Client, env: string, expected: number): Promise<Map<string, number | undefined>> {
  const { flags, segments } = await listDocuments(client, env);
  const { version } = (await client.call("getEnvironment", { path: { env } })).body;
  if (version !== expected) throw new ApiError(412, { detail: `the current version of ${env} is ${version}` });
  return new Map([
    ...flags.map((one) => [`flag ${one.key}`, one.version] as const),
    ...segments.map((one) => [`segment ${one.key}`, one.version] as const),
  ]);
}

function record(progress: Progress, { version, published }: Written): number {
  Object.assign(progress, { version, published });
  return version;
}

async function send(
  client: Client,
  { environment, now }: EnvironmentPlan,
  body: Body,
  expected: number,
  query: { dryRun?: "true" } = {},
): Promise<Written> {
  const sent = { ...body, flags: body.flags.map((flag) => sendable(flag, now.flags.get(flag.key))) };
  const headers = { "If-Match": `"${expected}"` };
  try {
    return (await client.call("applyEnvironment", { path: { env: environment }, query, headers, body: sent })).body;
  } catch (error) {
    throw describedError(error, body);
  }
}

/**
 * Leaves out an empty owner if the flag has none, because sending "" would change it, and notes that stay null, which
 * an older worker does not know.
 */
function sendable(flag: WholeFlag, now: WholeFlag | undefined): FlagInput {
  const { owner, ...rest } = flag;
  const unset = (["fallback", "jsonSchema", "lifetime", "expiresAt"] as const).filter(
    (name) => flag[name] === null && (now?.[name] ?? null) === null,
  );
  const sent = Object.entries(rest).filter(([name]) => !unset.some((one) => one === name));
  return {
    ...(Object.fromEntries(sent) as unknown as FlagInput),
    ...(owner === "" && (now?.owner ?? "") === "" ? {} : { owner }),
  };
}

/** Replaces pointers into the request, such as `/flags/3/rules`, by the key of the flag or segment. */
function describedError(error: unknown, { flags, segments }: Body): unknown {
  if (!(error instanceof ApiError)) return error;
  const errors = (error.problem.errors ?? []).map(({ pointer, detail }) => {
    const [, list, index, rest = ""] = /^\/(flags|segments)\/(\d+)(.*)$/.exec(pointer) ?? [];
    const item = (list === "flags" ? flags : segments)[Number(index)];
    const place = list === undefined || item === undefined ? pointer : `${list.slice(0, -1)} ${item.key} ${rest}`;
    return { pointer: place, detail };
  });
  const { retryAfterSeconds, mayHaveHappened } = error;
  return new ApiError(error.status, { ...error.problem, errors }, { retryAfterSeconds, mayHaveHappened });
}
