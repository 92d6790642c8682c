/** Short messages about the last actions. Screen readers announce them. */
import { signal } from "@preact/signals";
import { ApiError } from "../../../sdk/client/client.ts";

export interface Notice {
  id: number;
  kind: "done" | "failed";
  text: string;
}

const SHOWN_MS = 6000;
let last = 0;

export const notices = signal<readonly Notice[]>([]);

export function notify(text: string, kind: Notice["kind"] = "done"): void {
  const notice = { id: ++last, kind, text };
  notices.value = [...notices.value.slice(-3), notice];
  // A failure stays until the person dismisses it.
  if (kind === "done") setTimeout(() => dismiss(notice.id), SHOWN_MS);
}

export function notifyFailure(summary: string, error: unknown): void {
  notify(`${summary}: ${reasonOf(error)}`, "failed");
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Returns the message of an error, with the fields that the API rejected. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fields = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return [error.message, ...fields.map(({ pointer, detail }) => `${pointer || "/"} ${detail}`)].join(" · ");
}
