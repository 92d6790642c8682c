/** Drafts: flags that a request carries, evaluated with the stored flags and segments to which they refer. */
import { buildDocument, type Rows, rowsOf } from "../../../flags/documents/build-document.ts";
import type { FlagDocument, FlagInput } from "../../../flags/document.ts";
import { type Reference, referencesOf } from "../../../flags/references.ts";
import { type FieldError, InvalidInputError } from "../../../ops/errors.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { readReferenced } from "../../../store/readings/referenced-rows.ts";
import { parseFlag } from "../flags/flag-forms.ts";
import { unknownEnvironment } from "../require.ts";

/** The document that would be stored, and the environment's version from which it took the rest. */
export interface Draft {
  document: FlagDocument;
  version: number;
}

/**
 * Builds the document of a draft. Stores nothing.
 *
 * @throws InvalidInputError with pointers into `/draft`
 * @throws HttpError 404
 */
export async function buildDraft(
  db: StoreDatabase,
  { environment, key, draft }: { environment: string; key: string; draft: unknown },
): Promise<Draft> {
  const flag = parseDraft(draft, key);
  const references = referencesOf(flag);
  const nodes = new Set(references.map(({ kind, name }) => `${kind}:${name}`));
  const found = await readReferenced(db, environment, [...nodes]);
  if (found === undefined) throw unknownEnvironment(environment);
  const { version, rows } = found;
  const errors = references.flatMap((reference) => problemsOf(reference, rows));
  if (rows.flags.has(`flag:${key}`)) {
    errors.push({ pointer: "/draft", detail: `makes a cycle: a flag or segment that it uses refers to flag "${key}"` });
  }
  if (errors.length > 0) throw new InvalidInputError(errors);
  const row = { ...flag, version };
  return { document: buildDocument(row, rowsOf([row, ...rows.flags.values()], [...rows.segments.values()])), version };
}

function parseDraft(draft: unknown, key: string): FlagInput {
  try {
    return parseFlag(draft, key);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(error.errors.map(({ pointer, detail }) => ({ pointer: `/draft${pointer}`, detail })));
  }
}

/** Returns the problems with one reference, as a write would report them. */
function problemsOf({ kind, name, variants = [], pointer }: Reference, rows: Rows): FieldError[] {
  const at = `/draft${pointer}`;
  const row = kind === "flag" ? rows.flags.get(`flag:${name}`) : undefined;
  const isKnown = kind === "flag" ? row !== undefined : rows.segments.has(`segment:${name}`);
  if (!isKnown) return [{ pointer: at, detail: `${kind} "${name}" does not exist in this environment` }];
  const missing = variants.filter((variant) => row !== undefined && !Object.hasOwn(row.variants, variant));
  return missing.map((variant) => ({ pointer: at, detail: `flag "${name}" has no variant "${variant}"` }));
}
