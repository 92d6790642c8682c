import { ApiError, type Result } from "../sdk/client/client.ts";
import type { DefinitionWritten, Written } from "../sdk/client/contract.ts";
import { type Difference, differences } from "../sdk/client/differences.ts";
import { oneLine } from "./escape.ts";
import { publishedText } from "./project/report.ts";
import type { Session } from "./session.ts";

export interface Change {
  /** A description of the changed thing, for messages. */
  subject: string;
  /** Whether the change may create the thing. If not, a dry run fails if it does not exist, as the change would. */
  mayCreate?: boolean;
  /** Returns the current state. */
  before: () => Promise<unknown>;
  /** Returns the state after the change, or `undefined` if nothing would be left. */
  after: (before: object) => unknown;
  write: () => Promise<Result<object>>;
}

/** Makes a change and shows its result. With --dry-run, it only shows the fields that would change. */
export async function change(session: Session, requested: Change): Promise<void> {
  const { result, text } = await make(session, requested);
  session.show(result, () => text);
}

/** Makes several changes in order. JSON results are one list, which includes the changes before a failed one. */
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
  { subject, mayCreate = false, before, after, write }: Change,
): Promise<{ result: object; text: string }> {
  if (!session.isDryRun) {
    const { body } = await write();
    return { result: body, text: `${subject}: ${writtenText(body)}` };
  }
  const now = mayCreate ? await unlessMissing(before) : await before();
  const found = differences(comparable(now), comparable(after((now ?? {}) as object)));
  const text = found.length === 0 ? "nothing would change" : `would change:\n${differencesText(found)}`;
  return {
    result: { dryRun: true, what: subject, differences: found },
    text: found.length === 0 ? `${subject}: ${text}` : `${subject} ${text}`,
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

/** Removes the versions, which the deployment assigns. */
function comparable(document: unknown): unknown {
  if (typeof document !== "object" || document === null) return document;
  return { ...document, version: undefined, schemaVersion: undefined };
}

/** Formats each difference as lines such as `- /enabled true` and `+ /enabled false`. */
export function differencesText(found: readonly Difference[]): string {
  return found
    .flatMap(({ pointer, before, after }) => [
      ...(before === undefined ? [] : [`  - ${oneLine(pointer) || "/"} ${JSON.stringify(before)}`]),
      ...(after === undefined ? [] : [`  + ${oneLine(pointer) || "/"} ${JSON.stringify(after)}`]),
    ])
    .join("\n");
}

function writtenText(written: Partial<Written> & Partial<DefinitionWritten>): string {
  const { version, published, environments = {} } = written;
  const each = Object.entries(environments).map(([key, one]) => `${key} ${writtenText(one)}`);
  if (version === undefined) return each.join("; ") || "nothing to change";
  return `version ${version}, ${publishedText(published)}`;
}
