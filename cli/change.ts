import { ApiError, type Result } from "../api-client/client.ts";
import type { DefinitionWritten, Written } from "../api-client/contract.ts";
import { type Difference, differences } from "../api-client/differences.ts";
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
export async function change(
  session: Session,
  { what, mayCreate = false, before, after, write }: Change,
): Promise<void> {
  if (session.isDryRun) {
    const now = mayCreate ? await unlessMissing(before) : await before();
    const found = differences(comparable(now), comparable(after((now ?? {}) as object)));
    session.show({ dryRun: true, what, differences: found }, () =>
      found.length === 0 ? `${what}: nothing would change` : `${what} would change:\n${differencesText(found)}`,
    );
    return;
  }
  const { answer } = await write();
  session.show(answer, () => `${what}: ${writtenText(answer)}`);
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
