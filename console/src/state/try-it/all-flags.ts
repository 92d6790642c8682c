/** Evaluates all flags in all environments for one context. */
import { reasonOf } from "../notices.ts";
import { client } from "../session.ts";
import { type Column, type Evaluated, type Table, tableOf } from "./results-table.ts";
import type { EvaluationInput } from "./subject.ts";

/** So many environments are evaluated at the same time. */
const AT_ONCE = 4;

/** Evaluates all flags in these environments: one request for each, or for each 5,000 flags. */
export async function evaluateAll(
  environments: readonly string[],
  input: EvaluationInput & { at?: string | undefined },
): Promise<Table> {
  const waiting = environments.map((environment, i) => ({ environment, i }));
  const found: { column: Column; items: Evaluated[] }[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      found[next.i] = await evaluateOne(next.environment, input);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return tableOf(found);
}

async function evaluateOne(
  environment: string,
  body: EvaluationInput & { at?: string | undefined },
): Promise<{ column: Column; items: Evaluated[] }> {
  const items: Evaluated[] = [];
  try {
    let version: number | undefined;
    let cursor: string | undefined;
    do {
      const page = await client.call("evaluateEnvironment", { path: { env: environment }, query: { cursor }, body });
      items.push(...page.body.items);
      version ??= page.body.version;
      cursor = page.body.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return { column: { environment, version, problem: undefined }, items };
  } catch (error) {
    return { column: { environment, version: undefined, problem: reasonOf(error) }, items: [] };
  }
}

/** Returns the keys of the flags of an environment, with one request for up to 5,000 of them. */
export async function readKeys(environment: string): Promise<string[]> {
  const { column, items } = await evaluateOne(environment, { context: {}, request: undefined });
  return column.problem === undefined ? items.map(({ flag }) => flag) : [];
}
