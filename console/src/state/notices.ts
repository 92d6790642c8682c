/** Short messages about the last actions. Screen readers announce them. */
import { signal } from "@preact/signals";
import { ApiError, UnreachableError } from "../../../sdk/client/client.ts";

export interface NoticeOptions {
  /** The changed thing. A success removes the failures of the same thing, because they are over. */
  topic?: string;
  /** Takes the change back, or does another thing that belongs to the message. */
  action?: NoticeAction;
  /** Whether the notice stays until the person dismisses it. Failures do. */
  isLasting?: boolean;
}

export interface NoticeAction {
  label: string;
  run: () => void | Promise<void>;
}

export interface Notice extends NoticeOptions {
  id: number;
  kind: "done" | "failed";
  text: string;
}

const SHOWN_MS = 6000;
/** A notice with an action gives time to read it and to decide. */
const ACTION_SHOWN_MS = 12_000;
/** The largest number of notices that a page has room for. */
const MAX_NOTICES = 5;

/** The message when somebody saves a page without changes. */
export const NOTHING_CHANGED = "Nothing has changed, so there is nothing to save";

let last = 0;
let isPaused = false;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

export const notices = signal<readonly Notice[]>([]);

/** Shows a notice. Returns its id. */
export function notify(text: string, kind: Notice["kind"] = "done", options: NoticeOptions = {}): number {
  const notice = { ...options, id: ++last, kind, text };
  const { topic } = options;
  const isOver = (one: Notice): boolean => topic !== undefined && one.kind === "failed" && one.topic === topic;
  const kept = notices.peek().filter((one) => !isOver(one));
  notices.value = [...kept.slice(1 - MAX_NOTICES), notice];
  if (!isPaused) startTimer(notice);
  return notice.id;
}

export function notifyFailure(summary: string, error: unknown, topic = summary): void {
  notify(`${summary}: ${reasonOf(error)}`, "failed", { topic });
}

export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  notices.value = notices.peek().filter((notice) => notice.id !== id);
}

/** Keeps all notices while the person points at one or has the focus in one. */
export function pauseNotices(): void {
  isPaused = true;
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
}

export function resumeNotices(): void {
  isPaused = false;
  notices.peek().forEach(startTimer);
}

function startTimer({ id, kind, isLasting = kind === "failed", action }: Notice): void {
  if (isLasting || timers.has(id)) return;
  timers.set(
    id,
    setTimeout(() => dismiss(id), action === undefined ? SHOWN_MS : ACTION_SHOWN_MS),
  );
}

/** Returns the message of an error, with the fields that the API rejected. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The address is that of the page, and the browser's own reason helps nobody.
  if (error instanceof UnreachableError && error.message.includes(" cannot be reached"))
    return "the deployment cannot be reached; check your network";
  const fields = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return [error.message, ...fields.map(({ pointer, detail }) => `${pointer || "/"} ${detail}`)].join(" · ");
}

/** Returns the message of an error as a sentence of its own. The API begins its messages with a small letter. */
export function sentenceOf(error: unknown): string {
  const reason = reasonOf(error);
  const text = /^[a-z]+[\s"]/.test(reason) ? `${reason.charAt(0).toUpperCase()}${reason.slice(1)}` : reason;
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
