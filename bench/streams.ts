/**
 * Opens many change streams in one isolate of plain workerd. Measures the memory of each stream, the cost of all of
 * them while nothing changes, and how soon a change reaches them. The times depend on the machine; the number of Redis
 * commands is exact. Run: npm run bench:streams (STREAMS=1000 CHANGES=10)
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
/** A change that a stream has not reported within this many ms counts as lost. */
const PATIENCE_MS = 10_000;

/** A worker with minimal streams, to measure the cost of any stream in this runtime. */
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

/** An open stream, with the time at which it reported each version. */
interface OpenStream {
  socket: net.Socket;
  reportedAt: Map<number, number>;
}

const project = await startTestProject({ databaseUrl: "", redisUrl: "" });
await project.save({ key: "banner" });
const bundle = await bundleWorker("src/worker.ts", { minify: true });
const bindings = { ...project.bindings, STREAMS_MAX: String(STREAMS) };
const isolate = await serve(bundle, bindings);
const elsewhere = await serve(bundle, bindings);
const streams: OpenStream[] = [];
try {
  await evaluate(isolate);
  const perStream = await memoryOfStreams(isolate, streams);
  console.log(
    `memory: ${perStream.toFixed(0)} KiB of workerd's resident set for each of ${STREAMS} streams,` +
      ` ${(await minimalMemory()).toFixed(0)} KiB in a minimal worker`,
  );

  project.resetStats();
  const cpu = cpuSecondsOf(isolate);
  await pause(IDLE_SECONDS * 1000);
  const share = ((cpuSecondsOf(isolate) - cpu) / IDLE_SECONDS) * 100;
  console.log(
    `idle: ${project.roundTrips().l2 / IDLE_SECONDS} Redis commands per second, ${project.roundTrips().l3} queries,` +
      ` ${share.toFixed(1)}% of one core`,
  );

  await measure("a change made in the same isolate", isolate);
  await measure("a change made in another isolate", elsewhere);
} finally {
  for (const { socket } of streams) socket.destroy();
  isolate.stop();
  elsewhere.stop();
  await project.close();
}

/** Opens all streams and returns the memory that each takes, in KiB. */
async function memoryOfStreams(running: RunningWorkerd, opened: OpenStream[]): Promise<number> {
  const before = memoryOf(running);
  // Browsers do not all connect in the same instant.
  for (let i = 0; i < STREAMS; i += 50) {
    opened.push(...(await Promise.all(Array.from({ length: Math.min(50, STREAMS - i) }, () => open(running)))));
  }
  await pause(2000);
  return (memoryOf(running) - before) / STREAMS;
}

async function minimalMemory(): Promise<number> {
  const minimal = await serve({ modules: [{ name: "worker.js", code: MINIMAL_WORKER, sources: [] }] }, {});
  const opened: OpenStream[] = [];
  try {
    opened.push(await open(minimal));
    return await memoryOfStreams(minimal, opened);
  } finally {
    for (const { socket } of opened) socket.destroy();
    minimal.stop();
  }
}

/** Measures the time from the response to a write until each stream reports the change. */
async function measure(name: string, writer: RunningWorkerd): Promise<void> {
  const delays: number[] = [];
  let lost = 0;
  for (let i = 0; i < CHANGES; i++) {
    // Head checks run once a second, so each change is made at a different point between two of them.
    await pause(1500 + (i * 1000) / CHANGES);
    const { version, at } = await change(writer, i % 2 === 0);
    const reports = await Promise.all(streams.map((stream) => untilReported(stream, version)));
    for (const reportedAt of reports) {
      if (reportedAt === undefined) lost++;
      else delays.push(Math.max(0, reportedAt - at));
    }
  }
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(0);
  console.log(
    `${name}: reaches ${delays.length / CHANGES} of ${STREAMS} streams (lost ${lost}); delay after the response to the write` +
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
  if (!response.ok) throw new Error(`the change failed with status ${response.status}`);
  return { version, at: performance.now() };
}

async function evaluate(running: RunningWorkerd): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${running.port}/ofrep/v1/evaluate/flags`, {
    method: "POST",
    headers: { authorization: `Bearer ${project.clientKey}` },
    body: "{}",
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the evaluation failed with status ${response.status}`);
}

/** Opens a stream on a raw socket, because many HTTP clients would cost this process more than the worker. */
function open(running: RunningWorkerd): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const reportedAt = new Map<number, number>();
    const socket = net.connect(running.port, "127.0.0.1", () =>
      socket.write(
        `GET /ofrep/v1/stream?key=${project.clientKey} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n`,
      ),
    );
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      const text = chunk.toString("latin1");
      for (const [, version] of text.matchAll(/"etag":"(\d+)"/g)) reportedAt.set(Number(version), performance.now());
      if (text.includes("retry: 3000")) resolve({ socket, reportedAt });
    });
  });
}

async function untilReported({ reportedAt }: OpenStream, version: number): Promise<number | undefined> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const at = reportedAt.get(version);
    if (at !== undefined) return at;
    await pause(20);
  }
  return undefined;
}

/** Returns the size of the resident set in KiB. */
function memoryOf({ pid }: RunningWorkerd): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)]).toString());
}

/** Returns user and system time so far, in seconds. Linux counts in hundredths. */
function cpuSecondsOf({ pid }: RunningWorkerd): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
