/** The cases that this browser remembers. */
import { signal } from "@preact/signals";
import { client } from "../session.ts";
import { browserStorage, keepOrNotify, readList } from "../storage.ts";
import { type Case, isCase, type Outcome, outcomeOf } from "./case.ts";
import { withoutSecrets } from "./question.ts";
import type { Resolved } from "./reasons.ts";

const STORED = "burgee.cases";
const MAX_CASES = 100;
/** The size of all cases at most, as JSON. Browsers keep about 5 MB for each site. */
const MAX_CHARACTERS = 500_000;
/** So many cases are evaluated at the same time. */
const AT_ONCE = 4;

export const cases = signal<readonly Case[]>(readList(STORED, isCase).slice(0, MAX_CASES));

/**
 * Adds cases, or replaces those with the same name. Attributes that look like secrets are left out. Returns why nothing
 * was saved, or `undefined`.
 */
export function saveCases(added: readonly Case[]): string | undefined {
  const safe = added.map((one): Case => ({
    ...one,
    context: withoutSecrets(one.context).values,
    ...(one.request !== undefined && { request: withoutSecrets(one.request).values }),
  }));
  const names = new Set(safe.map(({ name }) => name));
  const next = [...cases.peek().filter(({ name }) => !names.has(name)), ...safe];
  if (next.length > MAX_CASES) return `This browser keeps at most ${MAX_CASES} cases. Remove some first.`;
  return store(next);
}

export function removeCase(name: string): void {
  store(cases.peek().filter((one) => one.name !== name));
}

function store(next: readonly Case[]): string | undefined {
  const text = JSON.stringify(next);
  if (text.length > MAX_CHARACTERS)
    return "The cases are too large for this browser. Remove some, or shorten contexts.";
  keepOrNotify(browserStorage, STORED, text, "the cases");
  cases.value = next;
  return undefined;
}

/** Evaluates the cases that expect something. Calls `onOutcome` for each when it is known. */
export async function runCases(
  all: readonly Case[],
  onOutcome: (name: string, outcome: Outcome) => void,
): Promise<void> {
  const waiting = all.filter(({ flag, expect }) => flag !== undefined && expect !== undefined);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      onOutcome(next.name, await runCase(next));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function runCase({ environment, flag = "", context, request, at, expect }: Case): Promise<Outcome> {
  try {
    const path = { env: environment, key: flag };
    const { body } = await client.call("explainFlag", { path, body: { context, request, at } });
    return outcomeOf(body.resolution as unknown as Resolved, expect);
  } catch (error) {
    return { state: "unknown", text: error instanceof Error ? error.message : String(error) };
  }
}
