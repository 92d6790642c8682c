import { compileFlag } from "../../src/evaluation/compile.ts";
import { prepareToCompileText } from "../../src/evaluation/prepare.ts";
import type { CompiledFlag } from "../../src/evaluation/types.ts";
import { parseCachedDocument } from "../../src/flags/cached-document.ts";
import { SCHEMA_VERSION, type FlagDocument } from "../../src/flags/document.ts";

/** The body of a response with definitions, and the form in which they are kept in files. */
export interface Definitions {
  environment: string;
  version: number;
  schemaVersion: number;
  full: boolean;
  stale: boolean;
  gone: string[];
  flags: FlagDocument[];
}

/** The definitions cannot be used. The message says why. */
export class DefinitionsError extends Error {
  override readonly name = "DefinitionsError";
}

/** Flags are taken over in slices of this many, with a pause before the next, so that a server goes on serving. */
const SLICE = 250;

/** An environment's compiled flags at one version. Replaced as a whole, so an evaluation never sees half a change. */
export interface DefinitionSet {
  readonly environment: string;
  readonly version: number;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
}

/** A new set, and the keys of the flags that differ from those of the set before it. */
export interface Update {
  set: DefinitionSet;
  changed: string[];
}

/**
 * Checks that a value has the form of an environment's definitions that this version of the package can evaluate.
 * @throws DefinitionsError
 */
export function checkDefinitions(value: unknown, environment: string): Definitions {
  const body = value as Partial<Definitions> | null;
  const isForm =
    typeof body === "object" &&
    body !== null &&
    typeof body.environment === "string" &&
    Number.isSafeInteger(body.version) &&
    Number.isSafeInteger(body.schemaVersion) &&
    Array.isArray(body.flags);
  if (!isForm)
    throw new DefinitionsError("these are not definitions: environment, version, schemaVersion or flags is missing");
  if (body.schemaVersion !== SCHEMA_VERSION)
    throw new DefinitionsError(
      `the definitions have form ${body.schemaVersion}, and this version of burgee evaluates form ${SCHEMA_VERSION}: update the package`,
    );
  if (body.environment !== environment)
    throw new DefinitionsError(
      `the definitions are of environment "${body.environment}", and the key is of "${environment}"`,
    );
  const { full = true, stale = false, gone = [], flags = [] } = body;
  if (typeof full !== "boolean" || !Array.isArray(gone) || gone.some((key) => typeof key !== "string"))
    throw new DefinitionsError("these are not definitions: full must be true or false, and gone a list of keys");
  const nameless = flags.findIndex((flag) => typeof (flag as FlagDocument | null)?.key !== "string");
  if (nameless !== -1) throw new DefinitionsError(`these are not definitions: flags[${nameless}] has no key`);
  return { ...(body as Definitions), full, stale, gone };
}

/** As {@link checkDefinitions}, but refuses a list of changes, which needs earlier flags. @throws DefinitionsError */
export function checkWholeDefinitions(value: unknown, environment: string): Definitions {
  const definitions = checkDefinitions(value, environment);
  if (definitions.full) return definitions;
  throw new DefinitionsError("the definitions hold only changes: get all of them, with a request without `since`");
}

/**
 * Applies definitions. A flag whose document is the same stays compiled.
 *
 * @param pause called between slices of a large environment
 */
export async function withDefinitions(
  base: DefinitionSet | undefined,
  { environment, version, full, gone, flags }: Definitions,
  pause: () => Promise<void>,
): Promise<Update> {
  const compiled = new Map(full ? [] : base?.flags);
  const changed: string[] = [];
  let count = 0;
  for (const document of flags) {
    if (++count % SLICE === 0) await pause();
    const known = base?.flags.get(document.key);
    // Two documents of one version and of one deployment are the same, except after a restore of the database.
    const text = JSON.stringify(document);
    if (known?.documentText === text) {
      compiled.set(document.key, known);
      continue;
    }
    await prepareToCompileText(text);
    // A damaged flag is an error of that flag only, not of the whole environment.
    const checked = parseCachedDocument(document) ?? document;
    compiled.set(document.key, compileFlag(checked, text));
    changed.push(document.key);
  }
  for (const key of gone) if (compiled.delete(key)) changed.push(key);
  if (full) for (const key of base?.flags.keys() ?? []) if (!compiled.has(key)) changed.push(key);
  return { set: { environment, version, flags: compiled }, changed };
}

/** Returns the set as JSON, in the form that files keep. The documents are texts already, so none is rendered. */
export function textOf({ environment, version, flags }: DefinitionSet): string {
  const head = JSON.stringify({
    environment,
    version,
    schemaVersion: SCHEMA_VERSION,
    full: true,
    stale: false,
    gone: [],
  });
  const documents = Array.from(flags.values(), ({ documentText }) => documentText);
  return `${head.slice(0, -1)},"flags":[${documents.join(",")}]}`;
}
