import { ApiError, type Result } from "../sdk/client/client.ts";
import type { DefinitionWritten, Written } from "../sdk/client/contract.ts";
import { differences } from "../sdk/client/differences.ts";
import { paintChanges } from "./colors.ts";
import { oneLine } from "./text/escape.ts";
import { EXIT, ExitError, RefusedError } from "./exit.ts";
import { type Failure, failureOf, failureText } from "./failure.ts";
import { publishedText } from "./project/report.ts";
import type { Session } from "./session.ts";
import { signedLines, wordedChanges } from "./text/worded.ts";

/** The query of a write. In a dry run, the deployment makes all its checks and writes nothing. */
export interface WriteQuery {
  dryRun?: "true";
}

export interface Change {
  /** A description of the changed thing, for messages. */
  subject: string;
  /** Returns the current state, `undefined` if there is none. */
  before: () => Promise<object | undefined>;
  /** Returns the state after the change, or `undefined` if nothing would be left. */
  after: (before: object) => unknown;
  write: (query: WriteQuery) => Promise<Result<object>>;
  /** Describes a dry run in words. Without it, the text says the differences in words. */
  preview?: (before: object) => string;
  /** The text about the change that was made. Without it, the text says the new version. */
  confirmation?: string;
  /** Returns a remark about the written document. */
  remark?: (written: object) => string | undefined;
}

interface ChangeResult {
  result: object;
  text: string;
}

/** Makes a change and shows its result. With --dry-run, the deployment checks it, and its differences are shown. */
export async function change(session: Session, requested: Change): Promise<void> {
  show(session, await make(session, requested));
}

/**
 * Makes several changes and reports each. A refused change does not stop the others, unless they would fail for the
 * same reason. The JSON result is one list, which includes the failures.
 */
export async function changeEach(session: Session, changes: readonly Change[]): Promise<void> {
  const results: object[] = [];
  const failures: Failure[] = [];
  const untried: string[] = [];
  let isOver = false;
  for (const one of changes) {
    const what = one.subject;
    if (isOver) {
      untried.push(what);
      results.push({ what, error: { message: "not tried" } });
      continue;
    }
    try {
      const changed = await make(session, one);
      results.push({ what, ...changed.result });
      if (!session.isJson) show(session, changed);
    } catch (error) {
      const failure = failureOf(error);
      failures.push({ ...failure, message: changes.length === 1 ? failure.message : `${what}: ${failure.message}` });
      results.push({ what, error: failure });
      isOver = !isAboutOneChange(error);
    }
  }
  if (session.isJson) session.show(results, () => "");
  report(session, failures, untried);
}

/** @throws ExitError if there are failures */
function report({ isJson, terminal }: Session, failures: readonly Failure[], untried: readonly string[]): void {
  const [first] = failures;
  if (first === undefined) return;
  const { exitCode } = failures.at(-1) ?? first;
  const rest = untried.length === 0 ? "" : `not tried: ${untried.join(", ")}`;
  if (isJson) {
    const message = [...failures.map((one) => one.message), rest].filter(Boolean).join("; ");
    terminal.error(JSON.stringify({ error: { ...first, message, exitCode } }, undefined, 2));
  } else {
    for (const failure of failures) terminal.error(failureText(failure));
    if (rest !== "") terminal.error(`burgee: ${rest}`);
  }
  throw new ExitError(exitCode);
}

/** Whether the error concerns this change alone (for example, its flag does not exist), so the next may succeed. */
function isAboutOneChange(error: unknown): boolean {
  if (error instanceof RefusedError) return true;
  const { exitCode, status } = failureOf(error);
  const isOfRequest = exitCode === EXIT.refused || exitCode === EXIT.conflict;
  return (
    error instanceof ApiError && isOfRequest && status !== undefined && ![401, 403].includes(status) && status < 500
  );
}

async function make(
  session: Session,
  { subject, before, after, write, preview, remark, confirmation }: Change,
): Promise<ChangeResult> {
  if (!session.isDryRun) {
    const { body } = await write({});
    const note = remark?.(body);
    return { result: body, text: `${subject}: ${confirmation ?? writtenText(body)}${noteText(note)}` };
  }
  const now = await before();
  await write({ dryRun: "true" });
  const [old, wanted] = [comparable(now), comparable(after(now ?? {}))];
  const found = differences(old, wanted);
  const result = { dryRun: true, what: subject, differences: found };
  const note = remark?.({ flag: after(now ?? {}) });
  if (preview !== undefined && now !== undefined) return { result, text: preview(now) };
  if (found.length === 0) return { result, text: `${subject}: nothing would change` };
  return { result, text: `${subject} would change:\n${differencesText(old, wanted)}${noteText(note)}` };
}

function noteText(note: string | undefined): string {
  return note === undefined ? "" : `\n  ${note}`;
}

function show(session: Session, { result, text }: ChangeResult): void {
  if (session.isDryRun) session.show(result, () => text, paintChanges);
  else session.confirm(result, () => text);
}

/** Returns what `read` returns, or `undefined` if the thing does not exist. */
export async function ifExists<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** The fields that only the deployment sets. */
const READ_ONLY_FIELDS = ["version", "schemaVersion", "createdAt", "updatedAt", "usedBy"];

/** Removes the fields that a change cannot set. */
function comparable(document: unknown): unknown {
  if (typeof document !== "object" || document === null) return document;
  return Object.fromEntries(Object.entries(document).filter(([name]) => !READ_ONLY_FIELDS.includes(name)));
}

/** Formats the differences in words, as lines such as `- State: on` and `+ State: off`. */
export function differencesText(before: unknown, after: unknown): string {
  return signedLines(wordedChanges(before, after))
    .map((line) => `  ${line}`)
    .join("\n");
}

function writtenText(written: Partial<Written> & Partial<DefinitionWritten>): string {
  const { version, published, environments = {} } = written;
  const each = Object.entries(environments).map(([key, one]) => `${oneLine(key)} ${writtenText(one)}`);
  if (version === undefined) return each.join("; ") || "nothing to change";
  return `version ${version}, ${publishedText(published)}`;
}
