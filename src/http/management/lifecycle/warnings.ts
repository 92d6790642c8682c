import { type CodeReference, removalWarnings } from "../../../flags/lifecycle/removal-warnings.ts";
import type { EnvironmentFacts } from "../../../flags/lifecycle/flag-state.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { readReferences } from "../../../store/code-references/code-references.ts";
import { readFacts } from "../../../store/lists/flag-facts.ts";

/** The code and the environments that use a flag. */
export interface FlagUse {
  facts: EnvironmentFacts[];
  references: CodeReference[];
  /** Why the flag should not be removed yet. */
  warnings: string[];
}

/** Reads who uses a flag: in one environment, or in all. */
export async function readUse(db: StoreDatabase, key: string, now: number, environment?: string): Promise<FlagUse> {
  const found = await readFacts(db, [key], now, environment);
  const references = await readReferences(db, key);
  const facts = found.get(key) ?? [];
  return { facts, references, warnings: removalWarnings(references, facts, now) };
}
