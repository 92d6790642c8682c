/**
 * Compares the traffic of a page with a change stream and of one that polls every 30 seconds. The page is open for ten
 * minutes, and one flag changes once. Each kind of request is sent once to plain workerd, with Chromium's headers, and
 * its bytes are counted; the totals are computed. Run: npm run bench:session
 */
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { bundleWorker } from "../dev/bundle.ts";
import { startTestProject } from "../test/support/project.ts";
import { benchFlag } from "./bench-flag.ts";
import { type Exchange, Wire } from "./wire.ts";
import { serve } from "./workerd.ts";

const FLAGS = 100;
const IDLE_SECONDS = 600;
const POLL_SECONDS = 30;
const KEEP_ALIVE_SECONDS = 20;
const BULK = "/ofrep/v1/evaluate/flags";
const BODY = JSON.stringify({ context: { targetingKey: "user-42", plan: "pro", country: "NL", appVersion: "2.4.1" } });

/** The headers that Chromium sends with each cross-origin request of a page. */
const BROWSER = {
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  accept: "*/*",
  "accept-encoding": "gzip, deflate, br, zstd",
  "accept-language": "en-US,en;q=0.9",
  origin: "https://shop.example",
  referer: "https://shop.example/",
  "sec-fetch-dest": "empty",
  "sec-fetch-mode": "cors",
  "sec-fetch-site": "cross-site",
};

interface Sum {
  requests: number;
  notModified: number;
  up: number;
  down: number;
}

const project = await startTestProject({ databaseUrl: "", redisUrl: "" });
for (let i = 0; i < FLAGS; i++) await project.save(benchFlag(i));
const bundle = await bundleWorker("src/worker.ts", { minify: true });
const worker = await serve(bundle, { ...project.bindings, CACHE_ENTRY_SECONDS: "0" });
let wire = await Wire.open(worker.port);
const events = await Wire.open(worker.port);
try {
  const authorization = `Bearer ${project.clientKey}`;
  const preflight = (path: string) =>
    wire.request("OPTIONS", path, {
      ...BROWSER,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,if-none-match",
    });
  const post = (path: string, headers: Record<string, string> = {}) =>
    wire.request(
      "POST",
      path,
      { ...BROWSER, authorization, "content-type": "application/json; charset=utf-8", ...headers },
      BODY,
    );

  await post(BULK);
  const preflighted = expectStatus(await preflight(BULK), 204);
  const first = expectStatus(await post(BULK), 200);
  const etag = first.headers.get("etag") ?? "";
  const unchanged = expectStatus(await post(BULK, { "if-none-match": etag }), 304);
  const { eventStreams } = JSON.parse(first.body.toString()) as { eventStreams: [{ url: string }] };

  const stream = new URL(eventStreams[0].url);
  // Without this header, a new isolate tells the client to fetch. An isolate that knows its version does not.
  const known = { "last-event-id": first.headers.get("x-flags-version") ?? "" };
  const sent = events.send("GET", stream.pathname + stream.search, {
    ...BROWSER,
    accept: "text/event-stream",
    "cache-control": "no-cache",
    ...known,
  });
  const streamUp = sent - `last-event-id: ${known["last-event-id"]}\r\n`.length;
  await events.until((text) => text.includes("id: "));
  const opened = events.received;
  console.log(`Waiting ${KEEP_ALIVE_SECONDS} s for a keep-alive…`);
  await events.until((text) => text.includes(": keep-alive"));
  const keepAlive = events.received - opened;
  // The first connection was idle for too long.
  wire = await Wire.open(worker.port);
  const version = await change();
  await events.until((text) => text.includes(`"etag":"${version}"`));
  const event = events.received - opened - keepAlive;
  const refetch = `${BULK}?flagConfigEtag=${version}&flagConfigLastModified=${Math.floor(Date.now() / 1000)}`;
  const announcedPreflight = expectStatus(await preflight(refetch), 204);
  const changed = expectStatus(await post(refetch, { "if-none-match": etag }), 200);

  const raw = first.body.length;
  const gzip = gzipSync(first.body).length;
  const brotli = brotliCompressSync(first.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }).length;
  console.log(`bulk response with ${FLAGS} flags: ${raw} bytes, gzip ${gzip}, brotli (quality 4) ${brotli}`);
  console.log(`an unchanged response (304): ${unchanged.bytesUp} bytes up, ${unchanged.bytesDown} down`);
  console.log(`a keep-alive: ${keepAlive} bytes; an event: ${event}`);

  const keepAlives = IDLE_SECONDS / KEEP_ALIVE_SECONDS;
  const polls = IDLE_SECONDS / POLL_SECONDS;
  const streaming = sum(preflighted, first, announcedPreflight, changed);
  streaming.requests += 1;
  streaming.up += streamUp;
  streaming.down += opened + keepAlives * keepAlive + event;
  // Despite Access-Control-Max-Age, Chromium sends a preflight before each If-None-Match (docs/clients.md).
  const polled = Array.from({ length: polls - 1 }, () => [preflighted, unchanged]).flat();
  const polling = sum(preflighted, first, announcedPreflight, changed, ...polled);
  // Cloudflare compresses each 200 response. Both kinds of session have two of them, so they save equally much.
  const saved = 2 * (raw - brotli);
  report("with a stream", streaming, saved, "within a second");
  report(`polling every ${POLL_SECONDS} s`, polling, saved, `after ${POLL_SECONDS / 2} s on average`);
} finally {
  wire.close();
  events.close();
  worker.stop();
  await project.close();
}

/** Changes a flag and returns the new version. */
async function change(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${worker.port}/api/v1/environments/production/flags/bench-001`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ default: { variant: "off" } }),
  });
  const { version } = (await response.json()) as { version: number };
  if (!response.ok) throw new Error(`the change failed with status ${response.status}`);
  return version;
}

function expectStatus(exchange: Exchange, status: number): Exchange {
  if (exchange.status !== status) throw new Error(`the response has status ${exchange.status} instead of ${status}`);
  return exchange;
}

function sum(...exchanges: readonly Exchange[]): Sum {
  const total: Sum = { requests: 0, notModified: 0, up: 0, down: 0 };
  for (const { status, bytesUp, bytesDown } of exchanges) {
    total.requests += 1;
    total.notModified += status === 304 ? 1 : 0;
    total.up += bytesUp;
    total.down += bytesDown;
  }
  return total;
}

function report(name: string, { requests, notModified, up, down }: Sum, saved: number, delay: string): void {
  console.log(
    `${name}: ${requests} requests, ${notModified} of them 304; ${up} bytes up, ${down} down,` +
      ` ${down - saved} with compressed responses; the page sees the change ${delay}`,
  );
}
