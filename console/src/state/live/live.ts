/**
 * The version of the current environment as it changes. One stream per tab follows it while the page is visible.
 * Without streams, the console looks when the person comes back to the page.
 */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { readServerEvents } from "../../../../sdk/provider/server-events.ts";
import { environment } from "../environments.ts";
import { client, isSignedIn, openChangeStream } from "../session.ts";

export interface Announcement {
  environment: string;
  version: number;
}

const latest = signal<Announcement | undefined>(undefined);

/** The newest version that was announced, of the current environment. Every announcement is a new object. */
export const announced: ReadonlySignal<Announcement | undefined> = latest;

/** A stream that is silent for longer than two of its comments is dead (ms). */
const SILENCE_MS = 45_000;
/** The pause between two streams, and the first and the longest one after a failure (ms). */
const PAUSE = { usualMs: 500, firstMs: 1000, longestMs: 60_000 };

const isVisible = signal(document.visibilityState === "visible");
document.addEventListener("visibilitychange", () => (isVisible.value = document.visibilityState === "visible"));

/** Whether a stream is open now, so that there is no need to look. */
let isFollowing = false;
addEventListener("focus", () => {
  const key = environment.peek();
  if (!isFollowing && isSignedIn.peek() && key !== undefined) void look(key);
});

effect(() => {
  const key = environment.value;
  if (key === undefined || !isSignedIn.value || !isVisible.value) return undefined;
  const ending = new AbortController();
  void follow(key, ending.signal);
  return () => ending.abort();
});

/** Follows one stream after the other until the signal aborts. Never throws. */
async function follow(key: string, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs = PAUSE.usualMs;
    try {
      const end = await followOne(key, signal);
      if (!end.hasStreams) return await look(key);
      failures = 0;
      pauseMs = Math.max(pauseMs, end.retryMs ?? 0);
    } catch {
      const longestMs = Math.min(PAUSE.longestMs, PAUSE.firstMs * 2 ** failures++);
      // From the upper half, so that many tabs do not come back at once.
      pauseMs = longestMs * (0.5 + Math.random() / 2);
    }
    await pause(pauseMs, signal);
  }
}

async function followOne(
  key: string,
  signal: AbortSignal,
): Promise<{ hasStreams: boolean; retryMs?: number | undefined }> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener("abort", end);
  let silence = setTimeout(end, SILENCE_MS);
  try {
    const response = await openChangeStream(key, ending.signal);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (response.status === 404 || (response.ok && !isStream)) return { hasStreams: false };
    if (!response.ok || response.body === null) throw new Error(`the stream responded with ${response.status}`);
    isFollowing = true;
    const onBytes = (): void => {
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
    };
    const onData = (data: string): void => announce(key, (JSON.parse(data) as { version: number }).version);
    return { hasStreams: true, retryMs: await readServerEvents(response.body, { onData, onBytes }, ending.signal) };
  } finally {
    isFollowing = false;
    clearTimeout(silence);
    signal.removeEventListener("abort", end);
  }
}

/** Asks for the version once. A failure is left to the requests that people see. */
async function look(key: string): Promise<void> {
  const found = await client.call("getEnvironment", { path: { env: key } }).catch(() => undefined);
  if (found !== undefined) announce(key, found.body.version);
}

function announce(key: string, version: number): void {
  if (key === environment.peek()) latest.value = { environment: key, version };
}

/** Waits, and for as long as the browser is offline. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
  if (navigator.onLine || signal.aborted) return;
  await new Promise<void>((resolve) => {
    addEventListener("online", () => resolve(), { once: true, signal });
    signal.addEventListener("abort", () => resolve());
  });
}
