import type { Clock } from "../../ops/clock.ts";
import { type EdgePurge, TAGS_PER_CALL } from "./purge-targets.ts";
import { SharedPurges } from "./shared-purges.ts";

const MAX_ATTEMPTS = 4;
const MAX_BACKOFF_MS = 5000;
/** An API that takes longer than this for a call counts as down (ms). */
const CALL_TIMEOUT_MS = 5000;

export interface CloudflarePurgeOptions {
  apiUrl: string;
  zoneId: string;
  token: string;
  clock: Clock;
  fetch: typeof fetch;
  /** The most that one call may take (ms). */
  timeoutMs?: number;
}

/**
 * Creates a purge by tag through Cloudflare's API. Purges of writers within 200 ms share a call. It sends at most 100
 * tags per call, retries on 429 and 5xx, and repeats the purge after 2 s and 8 s.
 */
export function createCloudflarePurge(options: CloudflarePurgeOptions): EdgePurge {
  const { apiUrl, zoneId, token, clock, fetch: send, timeoutMs = CALL_TIMEOUT_MS } = options;

  async function callOnce(tags: readonly string[]): Promise<number | undefined> {
    const response = await send(`${apiUrl}/zones/${zoneId}/purge_cache`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ tags }),
      // A redirect would take the token to another host, or end at a page that says 200 to everything.
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) {
      await requireSuccess(response);
      return undefined;
    }
    await response.body?.cancel();
    if (response.status !== 429 && response.status < 500) {
      throw new Error(`the purge API refused the call with status ${response.status}`);
    }
    const seconds = Number(response.headers.get("retry-after"));
    return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
  }

  async function call(tags: readonly string[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const retryAfterMs = await callOnce(tags);
      if (retryAfterMs === undefined) return;
      if (attempt === MAX_ATTEMPTS)
        throw new Error(`the purge API did not accept the call in ${MAX_ATTEMPTS} attempts`);
      await clock.sleep(Math.min(MAX_BACKOFF_MS, Math.max(retryAfterMs, 200 * 2 ** attempt)));
    }
  }

  async function purgeAll(tags: readonly string[]): Promise<void> {
    for (let i = 0; i < tags.length; i += TAGS_PER_CALL) await call(tags.slice(i, i + TAGS_PER_CALL));
  }

  const purges = new SharedPurges(clock, TAGS_PER_CALL, purgeAll);

  async function tooLate(ms: number): Promise<never> {
    await clock.sleep(ms);
    throw new Error(`the purge API has not accepted the call within ${ms} ms`);
  }

  return {
    async purge(tags, waitUntil, patienceMs, wider) {
      const { accepted, repeated } = purges.purge(tags, { isAlone: patienceMs === undefined, wider });
      // This also keeps the purge alive if the response does not wait for it.
      waitUntil(repeated.catch(() => undefined));
      await (patienceMs === undefined ? accepted : Promise.race([accepted, tooLate(patienceMs)]));
    },
  };
}

/**
 * Requires the body that Cloudflare's API sends for a purge: JSON with `success: true`. A status alone proves nothing,
 * because the API can report a failure with 200, and so can a proxy in between that sends a page of its own.
 */
async function requireSuccess(response: Response): Promise<void> {
  const body = parsed(await response.text());
  if (body?.success === true) return;
  const codes = Array.isArray(body?.errors) ? body.errors.map(codeOf).filter((code) => code !== undefined) : [];
  // The text of the body is left out, because it may repeat parts of the request.
  const reason = codes.length === 0 ? "" : ` (error ${codes.slice(0, 5).join(", ")})`;
  throw new Error(`the purge API responded with status ${response.status} but without "success": true${reason}`);
}

function parsed(text: string): { success?: unknown; errors?: unknown } | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "number" ? code : undefined;
}
