/**
 * Many change streams open in one isolate of bare workerd: what one costs in memory, what they all cost while nothing
 * happens, and how soon a change reaches every one of them. Figures are of this machine; the count of Redis commands is
 * exact. Run: npm run bench:streams (STREAMS=1000 CHANGES=10)
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";
import { bundleWorker } from "../dev/bundle.ts";
import { startTestProject } from "../test/support/project.ts";
import { type RunningWorkerd, serve } from "./workerd.ts";

const STREAMS = Number(process.env["STREAMS"] ?? 1000);
const CHANGES = Number(process.env["CHANGES"] ?? 10);
const IDLE_SECONDS = 10;
/** A stream that has not told of a change by then is lost (ms). */
const PATIENCE_MS = 10_000;
const COMPATIBILITY_DATE = "2026-11-01";

/** The least that a stream can be: what any costs in this runtime. */
const MINIMAL_WORKER = `export default {
  fetch() {
    let frames = 0;
    const pull = async (controller) => {
      if (frames++ > 0) await new Promise((resolve) => setTimeout(resolve, 20_000));
      controller.enqueue(new TextEncoder().encode("retry: 3000\\n\\n"));
    };
    const headers = { "content-type": "text/event-stream" };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers });
  },
};`;

/** An open stream: when it was told of which version. */
interface OpenStream {
  socket: net.Socket;
  toldAt: Map<number, number>;
}

const project = await startTestProject({ databaseUrl: "", redisUrl: "" });
await project.save({ key: "banner" });
const { code } = await bundleWorker("src/worker.ts", { minify: true });
const bindings = { ...project.bindings, STREAMS_MAX: String(STREAMS) };
const isolate = await serve(code, bindings, COMPATIBILITY_DATE);
const elsewhere = await serve(code, bindings, COMPATIBILITY_DATE);
const streams: OpenStream[] = [];
try {
  await evaluate(isolate);
  const perStream = await memoryOfStreams(isolate, streams);
  console.log(
    `memory: ${perStream.toFixed(0)} KiB of workerd's resident set for each of ${STREAMS} streams,` +
      ` ${(await minimalMemory()).toFixed(0)} KiB where the worker does nothing else`,
  );

  project.resetStats();
  const cpu = cpuSecondsOf(isolate);
  await pause(IDLE_SECONDS * 1000);
  const share = ((cpuSecondsOf(isolate) - cpu) / IDLE_SECONDS) * 100;
  console.log(
    `idle: ${project.roundTrips().l2 / IDLE_SECONDS} Redis commands per second, ${project.roundTrips().l3} queries,` +
      ` ${share.toFixed(1)} % of one core`,
  );

  await measure("a change made in the same isolate", isolate);
  await measure("a change made in another isolate", elsewhere);
} finally {
  for (const { socket } of streams) socket.destroy();
  isolate.stop();
  elsewhere.stop();
  await project.close();
}

/** Opens them all and answers what each takes (KiB). */
async function memoryOfStreams(running: RunningWorkerd, opened: OpenStream[]): Promise<number> {
  const before = memoryOf(running);
  // A browser each, though not all in the same instant.
  for (let i = 0; i < STREAMS; i += 50) {
    opened.push(...(await Promise.all(Array.from({ length: Math.min(50, STREAMS - i) }, () => open(running)))));
  }
  await pause(2000);
  return (memoryOf(running) - before) / STREAMS;
}

async function minimalMemory(): Promise<number> {
  const minimal = await serve(MINIMAL_WORKER, {}, COMPATIBILITY_DATE);
  const opened: OpenStream[] = [];
  try {
    opened.push(await open(minimal));
    return await memoryOfStreams(minimal, opened);
  } finally {
    for (const { socket } of opened) socket.destroy();
    minimal.stop();
  }
}

/** From the moment that the writer has its answer to the moment that a stream tells of it; of all streams and changes. */
async function measure(name: string, writer: RunningWorkerd): Promise<void> {
  const delays: number[] = [];
  let lost = 0;
  for (let i = 0; i < CHANGES; i++) {
    // Checks come once a second: so every change meets them at another moment.
    await pause(1500 + (i * 1000) / CHANGES);
    const { version, at } = await change(writer, i % 2 === 0);
    const told = await Promise.all(streams.map((stream) => untilTold(stream, version)));
    for (const toldAt of told) {
      if (toldAt === undefined) lost++;
      else delays.push(Math.max(0, toldAt - at));
    }
  }
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(0);
  console.log(
    `${name}: reaches ${delays.length / CHANGES} of ${STREAMS} streams (lost ${lost}); delay after the write's answer` +
      ` p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, last ${at(1)} ms`,
  );
}

async function change(writer: RunningWorkerd, enabled: boolean): Promise<{ version: number; at: number }> {
  const response = await fetch(`http://127.0.0.1:${writer.port}/api/v1/environments/production/flags/banner`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ enabled: !enabled }),
  });
  const { version } = (await response.json()) as { version: number };
  if (!response.ok) throw new Error(`a change was answered with ${response.status}`);
  return { version, at: performance.now() };
}

async function evaluate(running: RunningWorkerd): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${running.port}/ofrep/v1/evaluate/flags`, {
    method: "POST",
    headers: { authorization: `Bearer ${project.clientKey}` },
    body: "{}",
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`an evaluation was answered with ${response.status}`);
}

/** On a raw socket: an HTTP client for each would cost this process more than they cost the worker. */
function open(running: RunningWorkerd): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const toldAt = new Map<number, number>();
    const socket = net.connect(running.port, "127.0.0.1", () =>
      socket.write(
        `GET /ofrep/v1/stream?key=${project.clientKey} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n`,
      ),
    );
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      const text = chunk.toString("latin1");
      for (const [, version] of text.matchAll(/"etag":"(\d+)"/g)) toldAt.set(Number(version), performance.now());
      if (text.includes("retry: 3000")) resolve({ socket, toldAt });
    });
  });
}

async function untilTold({ toldAt }: OpenStream, version: number): Promise<number | undefined> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const at = toldAt.get(version);
    if (at !== undefined) return at;
    await pause(20);
  }
  return undefined;
}

/** The resident set (KiB). */
function memoryOf({ pid }: RunningWorkerd): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)]).toString());
}

/** User and system time so far, in the hundredths that Linux counts in. */
function cpuSecondsOf({ pid }: RunningWorkerd): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
