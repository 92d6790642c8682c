/** Replays: evaluations with the flags of an earlier version, or at another instant. */
import { compileFlag } from "../../../evaluation/compile.ts";
import { explainFlag } from "../../../evaluation/explain.ts";
import type { CompiledFlag, EvaluationInput, Resolution } from "../../../evaluation/types.ts";
import { buildDocument } from "../../../flags/documents/build-document.ts";
import type { FlagDocument, JsonValue } from "../../../flags/document.ts";
import { canonicalJson } from "../../../flags/formats/canonical-json.ts";
import { InvalidInputError } from "../../../ops/errors.ts";
import { type PastPoint, type PastReading, type PastVersion, readPast } from "../../../store/audit/past-reading.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { viewOfChange } from "../audit/audit-view.ts";
import { HttpError } from "../../errors.ts";
import { unknownEnvironment } from "../require.ts";

/** 410 with the first state that can be replayed. */
export class NotReplayableError extends HttpError {
  readonly first: PastVersion;
  constructor(detail: string, first: PastVersion) {
    super(410, `${detail}; the first state that can be replayed is version ${first.version}, made at ${first.at}`);
    this.first = first;
  }
}

export interface ReplayRequest {
  environment: string;
  key: string;
  point: PastPoint;
  /** The input of the evaluation, at the current time. */
  input: EvaluationInput;
  /** The flag of today; `undefined` if the environment does not have it any more. */
  today: { flag: CompiledFlag; version: number } | undefined;
  /** The environments that the caller may know; `null` for all. */
  visible: readonly string[] | null;
}

/** Explains the evaluation as it was or will be, and compares it with that of today. @throws HttpError 404, 410 */
export async function replay(db: StoreDatabase, request: ReplayRequest): Promise<object> {
  const { point, input, today, visible } = request;
  const { past, document } = await readFlagAt(db, request);
  const at = "at" in point ? point.at : past.at;
  const explanation = explainFlag(document, { ...input, now: Date.parse(at) });
  const current = today?.flag.evaluate(input);
  return {
    version: past.version,
    ...explanation,
    replay: {
      at,
      versionMadeAt: past.at,
      change: past.change === undefined ? null : withoutImages(viewOfChange(past.change, visible)),
      today: {
        version: today?.version ?? null,
        resolution: current ?? null,
        isSame: current !== undefined && isSameResult(current, explanation.resolution),
      },
      document,
    },
  };
}

/** Returns a flag as it was or will be. @throws HttpError 404, 410, InvalidInputError if it draws random numbers */
export async function readFlagAt(
  db: StoreDatabase,
  request: Pick<ReplayRequest, "environment" | "key" | "point">,
): Promise<{ past: KnownPast; document: FlagDocument }> {
  const { environment, key, point } = request;
  const past: KnownPast = requireKnown(await readPast(db, environment, key, point), request);
  const flag = past.rows.flags.get(`flag:${key}`);
  if (flag === undefined) {
    throw new HttpError(
      404,
      `flag "${key}" did not exist in environment "${environment}" at version ${past.version}, made at ${past.at}`,
    );
  }
  const document = buildDocument(flag, past.rows);
  refuseChance(document, environment);
  return { past, document };
}

type KnownPast = PastReading & { state: "known" };

/** @throws HttpError 404, 410 if the state is not known */
export function requireKnown<Known extends { state: "known" }>(
  past: Known | Exclude<PastReading, { state: "known" }>,
  { environment, point }: Pick<ReplayRequest, "environment" | "point">,
): Known {
  if (past.state === "known") return past;
  if (past.state === "no environment") throw unknownEnvironment(environment);
  const asked = "version" in point ? `version ${point.version}` : point.at;
  if (past.state === "future") {
    throw new HttpError(
      404,
      `environment "${environment}" has not reached ${asked}: its current version is ${past.newest.version}`,
    );
  }
  throw new NotReplayableError(
    past.reason === "lost"
      ? `the state of environment "${environment}" at ${asked} is not known, because its versions before ${past.first.version} were raised, as after a restored backup`
      : `the audit of environment "${environment}" does not reach back to ${asked}`,
    past.first,
  );
}

/** @throws InvalidInputError if the flag draws random numbers, which nobody recorded */
function refuseChance(document: FlagDocument, environment: string): void {
  if (!compileFlag(document).isRandom) return;
  const what = document.kind === "sample" ? "was a sample" : "drew random numbers, itself or in a flag that it used";
  throw new InvalidInputError([
    {
      pointer: "",
      detail: `flag "${document.key}" ${what} in environment "${environment}" then, so its results cannot be replayed; leave out "at" and "version"`,
    },
  ]);
}

function withoutImages(change: object): object {
  return Object.fromEntries(Object.entries(change).filter(([name]) => name !== "before" && name !== "after"));
}

/** Whether a caller gets the same from both: the value and the variant, or the same error. */
export function isSameResult(a: Resolution, b: Resolution): boolean {
  // Postgres keeps another order of an object's members than a file.
  return canonicalJson(resultOf(a)) === canonicalJson(resultOf(b));
}

function resultOf(resolution: Resolution): JsonValue[] {
  if (resolution.reason === "ERROR") return ["error", resolution.errorCode];
  return [resolution.variant ?? null, resolution.value ?? null];
}
