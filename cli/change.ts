import { ApiError, type Result } from "../sdk/client/client.ts";
import type { DefinitionWritten, Written } from "../sdk/client/contract.ts";
import { type Difference, differences } from "../sdk/client/differences.ts";
import { publishedText } from "./project/report.ts";
import type { Session } from "./session.ts";

export interface Change {
  /** What is changed, in words. */
  what: string;
  /** Whether the change may make what is not there; else a dry run fails as the change would. */
  mayCreate?: boolean;
  /** What is there now. */
  before: () => Promise<unknown>;
  /** What would be there afterwards; undefined: nothing. */
  after: (before: object) => unknown;
  write: () => Promise<Result<object>>;
}

/** Makes a change and tells of it; with --dry-run only shows what it would change, field by field. */
export async function change(session: Session, what: Change): Promise<void> {
  const { result, text } = await make(session, what);
  session.show(result, () => text);
}

/** Several, one after the other: told as they are made, as JSON in one list, also of those before one that fails. */
export async function changeEach(session: Session, changes: readonly Change[]): Promise<void> {
  const results: object[] = [];
  try {
    for (const one of changes) {
      const { result, text } = await make(session, one);
      results.push(result);
      if (!session.isJson) session.terminal.print(text);
    }
  } finally {
    if (session.isJson) session.show(results, () => "");
  }
}

async function make(
  session: Session,
  { what, mayCreate = false, before, after, write }: Change,
): Promise<{ result: object; text: string }> {
  if (!session.isDryRun) {
    const { answer } = await write();
    return { result: answer, text: `${what}: ${writtenText(answer)}` };
  }
  const now = mayCreate ? await unlessMissing(before) : await before();
  const found = differences(comparable(now), comparable(after((now ?? {}) as object)));
  const text = found.length === 0 ? "nothing would change" : `would change:\n${differencesText(found)}`;
  return {
    result: { dryRun: true, what, differences: found },
    text: found.length === 0 ? `${what}: ${text}` : `${what} ${text}`,
  };
}

async function unlessMissing(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Without what the deployment numbers by itself. */
function comparable(document: unknown): unknown {
  if (typeof document !== "object" || document === null) return document;
  return { ...document, version: undefined, schemaVersion: undefined };
}

/** A line each: `- /enabled true`, `+ /enabled false`. */
export function differencesText(found: readonly Difference[]): string {
  return found
    .flatMap(({ pointer, before, after }) => [
      ...(before === undefined ? [] : [`  - ${pointer || "/"} ${JSON.stringify(before)}`]),
      ...(after === undefined ? [] : [`  + ${pointer || "/"} ${JSON.stringify(after)}`]),
    ])
    .join("\n");
}

function writtenText(answer: Partial<Written> & Partial<DefinitionWritten>): string {
  const { version, published, environments = {} } = answer;
  const each = Object.entries(environments).map(([key, written]) => `${key} ${writtenText(written)}`);
  if (version === undefined) return each.join("; ") || "nothing to change";
  return `version ${version}, ${publishedText(published)}`;
}
