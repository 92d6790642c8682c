/** Checks values against the JSON Schema of their flag, which a write may leave as it is stored. */
import { sql } from "drizzle-orm";
import type { FlagType, JsonValue } from "../../flags/document.ts";
import { canonicalJson } from "../../flags/formats/canonical-json.ts";
import { takesJsonSchema, validateJsonSchema } from "../../flags/json-schema/validate-json-schema.ts";
import { InvalidInputError, type FieldError } from "../../ops/errors.ts";
import type { StoreDatabase } from "../client.ts";
import type { DefinitionWrite } from "../inputs.ts";
import { ChangedAfterCheckError } from "../store-errors.ts";
import { readJson, type Statement } from "./transaction.ts";

/** The attempts at a write whose flags others change between the check and the write. */
const ATTEMPTS = 3;

/** A flag to write, and the pointer to it in the input. */
export interface PlacedDefinition {
  input: DefinitionWrite;
  base: string;
}

/**
 * Runs a write after it has compared the variants and the fallbacks with the schemas that the flags will have. `write`
 * gets the statements that refuse it if a flag has changed since. @throws InvalidInputError
 */
export async function withCheckedValues<T>(
  db: StoreDatabase,
  flags: readonly PlacedDefinition[],
  write: (guards: Statement[]) => Promise<T>,
): Promise<T> {
  const described = flags.filter(({ input }) => takesJsonSchema(input.definition.type));
  if (described.length === 0) return await write([]);
  for (let attempt = 1; ; attempt++) {
    const stored = await readStored(db, described);
    const errors = described.flatMap((flag) => problemsOf(flag, stored.get(flag.input.definition.key)));
    if (errors.length > 0) throw new InvalidInputError(errors);
    const checked = described.map(({ input: { definition } }) => [
      definition.key,
      stored.get(definition.key)?.at ?? null,
    ]);
    const guard = JSON.stringify(Object.fromEntries(checked));
    try {
      return await write([db.execute(sql`select require_checked_flags(${guard}::jsonb)`)]);
    } catch (error) {
      if (!(error instanceof ChangedAfterCheckError) || attempt === ATTEMPTS) throw error;
    }
  }
}

interface StoredValues {
  key: string;
  type: FlagType;
  /** The time of the last change, as text. */
  at: string;
  /** The rest is `null` if neither the flag nor the write has a schema. */
  variants: Record<string, JsonValue> | null;
  fallback: JsonValue;
  jsonSchema: Record<string, JsonValue> | null;
}

async function readStored(db: StoreDatabase, flags: readonly PlacedDefinition[]): Promise<Map<string, StoredValues>> {
  const keys = JSON.stringify(flags.map(({ input }) => [input.definition.key, input.jsonSchema != null]));
  const rows = await readJson<StoredValues>(
    db,
    sql`select json_build_object('key', f.key, 'type', f.type, 'at', extract(epoch from f.updated_at)::text,
        'jsonSchema', f.json_schema,
        'variants', case when f.json_schema is not null or w.described then f.variants end,
        'fallback', case when f.json_schema is not null or w.described then f.fallback end) as result
      from (
        select k ->> 0 as key, (k ->> 1)::boolean as described from jsonb_array_elements(${keys}::jsonb) as k
      ) as w join flags f on f.key = w.key`,
  );
  return new Map(rows.map((row) => [row.key, row]));
}

/**
 * Returns the problems of a flag as it will be stored. A write that changes none of the values and not the schema may
 * keep them as they are: a flag that was edited in SQL can still be switched off.
 */
function problemsOf({ input, base }: PlacedDefinition, stored: StoredValues | undefined): FieldError[] {
  const { type, variants } = input.definition;
  const kept = stored?.type === type ? stored : undefined;
  const { fallback = kept?.fallback ?? null, jsonSchema = kept?.jsonSchema ?? null } = input;
  const written = { type, variants, fallback, jsonSchema };
  if (jsonSchema === null || (kept !== undefined && isEqual(written, kept))) return [];
  return validateJsonSchema(written).map(({ pointer, detail }) => ({ pointer: base + pointer, detail }));
}

type Values = Pick<StoredValues, "variants" | "fallback" | "jsonSchema">;

function isEqual(a: Values, b: Values): boolean {
  return textOf(a) === textOf(b);
}

function textOf({ variants, fallback, jsonSchema }: Values): string {
  return canonicalJson([variants, fallback, jsonSchema]);
}
