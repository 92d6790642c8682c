import { ApiError, type Result } from "../api-client/client.ts";
import type { Written } from "../api-client/contract.ts";
import { type Difference, differences } from "../api-client/differences.ts";
import type { Session } from "./session.ts";

export interface Change {
  /** What is changed, in words. */
  what: string;
  /** What is there now. */
  before: () => Promise<unknown>;
  /** What would be there afterwards; undefined: nothing. */
  after: (before: object) => unknown;
  write: () => Promise<Result<object>>;
}

/** Makes a change and tells of it; with --dry-run only shows what it would change, field by field. */
export async function change(session: Session, { what, before, after, write }: Change): Promise<void> {
  if (session.isDryRun) {
    const now = await unlessMissing(before);
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

function writtenText(answer: Partial<Written>): string {
  const { version, published } = answer;
  if (version === undefined) return "done";
  const late = Object.entries(published ?? {}).filter(([, isPublished]) => !isPublished);
  const purge =
    late.length === 0 ? "published" : `not yet published to ${late.map(([name]) => name).join(", ")}; the sweep will`;
  return `version ${version}, ${purge}`;
}
