/** Whether the flags page shows the first steps. It is kept in this browser, so that a reload shows them again. */
import { signal } from "@preact/signals";
import { browserStorage } from "../storage.ts";

const STORED = "burgee.first-steps";
/** A deployment with more flags than this is not new. */
const MAX_FLAGS = 5;

type Visibility = "open" | "hidden" | undefined;

const stored = browserStorage.getItem(STORED);
export const firstSteps = signal<Visibility>(stored === "open" || stored === "hidden" ? stored : undefined);

function set(value: "open" | "hidden"): void {
  browserStorage.setItem(STORED, value);
  firstSteps.value = value;
}

export function openFirstSteps(): void {
  if (firstSteps.peek() === undefined) set("open");
}

export function hideFirstSteps(): void {
  set("hidden");
}

/** Whether a deployment with these flags is new: it has few of them, and none was ever evaluated. */
export function isNew(flags: readonly { lastEvaluatedAt?: string | null | undefined }[]): boolean {
  return flags.length <= MAX_FLAGS && flags.every(({ lastEvaluatedAt }) => (lastEvaluatedAt ?? null) === null);
}
