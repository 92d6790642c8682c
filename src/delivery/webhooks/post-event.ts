import type { Clock } from "../../ops/clock.ts";

/** The result of one request to a receiver. */
export interface Attempt {
  /** Whether the receiver has accepted the event: with a status from 200 to 299. */
  isAccepted: boolean;
  status?: number;
  /** Why it has not been accepted. It repeats nothing of the response. */
  error?: string;
  /** The pause that the receiver asks for (ms). */
  retryAfterMs?: number;
  durationMs: number;
}

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** A receiver that has not sent a status within this time has not accepted the event (ms). */
const POST_TIMEOUT_MS = 5000;

/** Sends an event and waits for the status. Never throws. */
export async function postEvent(
  { url, headers, body }: Post,
  { fetch: send, clock }: { fetch: typeof fetch; clock: Clock },
): Promise<Attempt> {
  const startedAt = clock.now();
  const timeout = new AbortController();
  const isOver = new AbortController();
  const request = (async (): Promise<Omit<Attempt, "durationMs">> => {
    try {
      // A redirect could lead to a private address, and would repeat the event there without asking anybody.
      const response = await send(url, { method: "POST", headers, body, redirect: "manual", signal: timeout.signal });
      // The body says nothing that a status does not, and can be endless.
      void response.body?.cancel().catch(() => undefined);
      return outcomeOf(response, clock.now());
    } catch (error) {
      return { isAccepted: false, error: `the connection failed${codeOf(error)}` };
    }
  })();
  const late = clock.sleep(POST_TIMEOUT_MS, isOver.signal).then(() => undefined);
  const outcome = await Promise.race([request, late]);
  isOver.abort();
  timeout.abort();
  const durationMs = Math.max(0, clock.now() - startedAt);
  return { ...(outcome ?? { isAccepted: false, error: `no status within ${POST_TIMEOUT_MS / 1000} s` }), durationMs };
}

function outcomeOf({ status, headers }: Response, now: number): Omit<Attempt, "durationMs"> {
  if (status >= 200 && status < 300) return { isAccepted: true, status };
  const error = status >= 300 && status < 400 ? "redirects are not followed" : "the receiver refused the event";
  const retryAfterMs = retryAfter(headers.get("retry-after"), now);
  return { isAccepted: false, status, error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Parses the header: seconds, or a date. */
function retryAfter(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return ms > 0 ? ms : undefined;
}

/** The code of a system error, such as ECONNREFUSED. Messages can repeat the URL. */
function codeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : "";
}
