/**
 * The versions of environments as they change. One stream per tab follows the current environment while the page is
 * visible, and the others too while a page shows them. Without streams, the console looks when the person comes back to
 * the page.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { readServerEvents } from "../../../../sdk/provider/server-events.ts";
import { environment, environments } from "../environments.ts";
import { route } from "../route.ts";
import { client, isSignedIn, openChangeStream } from "../session.ts";

export interface Announcement {
  environment: string;
  version: number;
}

const latest = signal<Announcement | undefined>(undefined);

/** The newest version that was announced, of the current environment. Every announcement is a new object. */
export const announced: ReadonlySignal<Announcement | undefined> = latest;

const elsewhere = signal<ReadonlyMap<string, number>>(new Map());

/** The newest versions that were announced, of other environments than the current one. */
export const versionsElsewhere: ReadonlySignal<ReadonlyMap<string, number>> = elsewhere;

/** The largest number of other environments that the API accepts for one stream. */
const MOST_OTHERS = 7;
/** A stream that is silent for longer than two of its comments is dead (ms). */
const SILENCE_MS = 45_000;
/** The pause before the first stream, so that the requests that people wait for come first (ms). */
const OPENING_MS = 300;
/** The pause between two streams, and the first and the longest one after a failure (ms). */
const PAUSE = { usualMs: 500, firstMs: 1000, longestMs: 60_000 };

const isVisible = signal(document.visibilityState === "visible");
document.addEventListener("visibilitychange", () => (isVisible.value = document.visibilityState === "visible"));

/** The environments that the open stream follows, so there is no need to ask for their versions. */
const followed = new Set<string>();
addEventListener("focus", () => {
  const key = environment.peek();
  if (key !== undefined && !followed.has(key) && isSignedIn.peek()) void look(key);
});

/** Whether the page is the list of flags, which has a column for each environment. */
const isListShown = computed(() => (route.value.path[0] ?? "flags") === "flags" && route.value.path.length <= 1);
/** Whether the stream follows the other environments too. A stream that does so continues until it ends. */
const isWide = signal(false);
effect(() => {
  if (isListShown.value) isWide.value = true;
});

/** Whether a stream follows every environment now. */
export function isFollowingAll(): boolean {
  return environments.data.peek()?.every(({ key }) => followed.has(key)) === true;
}

effect(() => {
  const key = environment.value;
  if (key === undefined || !isSignedIn.value || !isVisible.value) return undefined;
  void isWide.value;
  const ending = new AbortController();
  void follow(key, ending.signal);
  return () => ending.abort();
});

/** Follows one stream after the other until the signal aborts. Never throws. */
async function follow(key: string, signal: AbortSignal): Promise<void> {
  let failures = 0;
  await pause(OPENING_MS, signal);
  while (!signal.aborted) {
    // The change of the signal starts the effect again.
    if (isWide.peek() && !isListShown.peek()) return void (isWide.value = false);
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
  const known = isWide.peek() ? (environments.data.peek() ?? []) : [];
  const others = known.map((one) => one.key).filter((one) => one !== key);
  try {
    const response = await openChangeStream(key, others.slice(0, MOST_OTHERS), ending.signal);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (response.status === 404 || (response.ok && !isStream)) return { hasStreams: false };
    if (!response.ok || response.body === null) throw new Error(`the stream responded with ${response.status}`);
    const onBytes = (): void => {
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
    };
    const onData = (data: string): void => {
      const news = JSON.parse(data) as Announcement;
      followed.add(news.environment);
      announce(news);
    };
    return { hasStreams: true, retryMs: await readServerEvents(response.body, { onData, onBytes }, ending.signal) };
  } finally {
    followed.clear();
    clearTimeout(silence);
    signal.removeEventListener("abort", end);
  }
}

/** Asks for the version once. A failure is left to the requests that people see. */
async function look(key: string): Promise<void> {
  const found = await client.call("getEnvironment", { path: { env: key } }).catch(() => undefined);
  if (found !== undefined) announce({ environment: key, version: found.body.version });
}

function announce(news: Announcement): void {
  if (news.environment === environment.peek()) latest.value = news;
  else elsewhere.value = new Map(elsewhere.peek()).set(news.environment, news.version);
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
