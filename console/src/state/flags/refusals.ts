import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Flag } from "../../../../sdk/client/contract.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { remainingProblems } from "./pointers.ts";
import { schemaProblemsOf } from "./schema-check.ts";

/** The rejected fields of a flag that is being edited. */
export interface Refusals {
  /** Those that have not changed since. */
  readonly problems: ReadonlySignal<readonly Problem[]>;
  /** Adds what the API rejected. */
  reject(problems: readonly Problem[], sent: Flag): void;
  /** Checks the JSON Schema and the variants before they are sent. Resolves with whether there is no problem. */
  check(): Promise<boolean>;
  clear(): void;
}

interface Refused {
  problems: readonly Problem[];
  flag: Flag;
}

export function createRefusals(edited: ReadonlySignal<Flag>): Refusals {
  const rejected = signal<Refused | undefined>(undefined);
  const found = signal<Refused | undefined>(undefined);
  return {
    problems: computed(() =>
      [rejected.value, found.value].flatMap((refused) =>
        refused === undefined ? [] : remainingProblems(refused.problems, refused.flag, edited.value),
      ),
    ),
    reject(problems, sent) {
      rejected.value = { problems, flag: sent };
    },
    async check() {
      const flag = edited.peek();
      const problems = await schemaProblemsOf(flag);
      found.value = { problems, flag };
      return problems.length === 0;
    },
    clear() {
      rejected.value = undefined;
      found.value = undefined;
    },
  };
}
