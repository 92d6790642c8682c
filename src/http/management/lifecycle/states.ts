/** The states of listed flags, and lists of the flags in one state. */
import { type FlagState, type StateName, stateOf } from "../../../flags/lifecycle/flag-state.ts";
import type { FlagKind, Lifetime } from "../../../flags/document.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { readFacts } from "../../../store/lists/flag-facts.ts";
import type { Page, PageQuery } from "../../../store/lists/page.ts";

/** The number of flags that one request reads at a time to find those in a state. */
const BATCH = 200;
/** The number of flags that one request looks at. A page can therefore have fewer flags than its limit, or none. */
const MAX_LOOKED_AT = 2000;

/** A record of a definition, or of a flag in one environment. */
interface Stateful {
  definition: { key: string; kind: FlagKind };
  createdAt: string;
  lifetime: Lifetime | null;
  archivedAt?: string | null;
}

export type WithState<T> = T & { state: FlagState };

/** Adds the state of each flag: in `environment`, or in all that have it. */
export async function withStates<T extends Stateful>(
  db: StoreDatabase,
  records: readonly T[],
  now: number,
  environment?: string,
): Promise<WithState<T>[]> {
  const keys = records.map(({ definition }) => definition.key);
  const facts = await readFacts(db, keys, now, environment);
  return records.map((record) => {
    const { definition, createdAt, lifetime, archivedAt = null } = record;
    const environments = facts.get(definition.key) ?? [];
    return {
      ...record,
      state: stateOf({ kind: definition.kind, createdAt, lifetime, archivedAt, environments }, now),
    };
  });
}

/** Reads a page of the flags in a state; of all flags without one. */
export async function pageInState<T extends Stateful>(
  query: PageQuery & { state?: StateName | undefined },
  read: (page: PageQuery) => Promise<Page<T>>,
  addStates: (records: readonly T[]) => Promise<WithState<T>[]>,
): Promise<Page<WithState<T>>> {
  const { state, limit } = query;
  if (state === undefined) {
    const page = await read({ limit, cursor: query.cursor });
    return { items: await addStates(page.items), nextCursor: page.nextCursor };
  }
  const items: WithState<T>[] = [];
  let cursor = query.cursor;
  for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += BATCH) {
    const page = await read({ limit: BATCH, cursor });
    const found = (await addStates(page.items)).filter((record) => record.state.name === state);
    items.push(...found);
    const last = items[limit - 1];
    if (last !== undefined && (items.length > limit || page.nextCursor !== undefined))
      return { items: items.slice(0, limit), nextCursor: last.definition.key };
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  return { items, nextCursor: cursor };
}
