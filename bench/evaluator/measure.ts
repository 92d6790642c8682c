import { USERS } from "./users.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 41);
const ROUND_MS = Number(process.env["ROUND_MS"] ?? 8);

/** Makes a number of calls and returns how long they took (ns). */
export type Batch = (calls: number) => number | Promise<number>;

let sink = 0;

/** Returns batches of synchronous calls, each for the next user. */
export function batchOf(run: (user: number) => number): Batch {
  return (calls) => synchronous(run, calls);
}

/** Returns batches of calls that are awaited one after the other, each for the next user. */
export function awaitedBatchOf(run: (user: number) => Promise<number>): Batch {
  return (calls) => awaited(run, calls);
}

/** One loop for all subjects, so that the compiler treats their calls alike. */
function synchronous(run: (user: number) => number, calls: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) sink += run(i & (USERS - 1));
  return Number(process.hrtime.bigint() - start);
}

async function awaited(run: (user: number) => Promise<number>, calls: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) sink += await run(i & (USERS - 1));
  return Number(process.hrtime.bigint() - start);
}

/** Returns the median ns per call of each subject, from interleaved rounds of equal time. */
export async function measure(subjects: { name: string; batch: Batch }[]): Promise<Map<string, number>> {
  const calls: number[] = [];
  for (const { batch } of subjects) calls.push(await callsPerRound(batch));
  const samples = subjects.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const at = (round + turn) % subjects.length;
      samples[at]!.push((await subjects[at]!.batch(calls[at]!)) / calls[at]!);
    }
  }
  if (sink < 0) throw new Error("unreachable: keeps the calls from being optimised away");
  return new Map(subjects.map(({ name }, at) => [name, samples[at]!.sort((a, b) => a - b)[ROUNDS >> 1]!]));
}

/** Warms up for the optimising compiler, then finds the number of calls that fill a round. */
async function callsPerRound(batch: Batch): Promise<number> {
  let count = 64;
  let ns = 0;
  const end = performance.now() + 300;
  while (performance.now() < end || ns < ROUND_MS * 1e6) {
    ns = await batch(count);
    if (ns < ROUND_MS * 1e6) count = Math.ceil(count * 1.5);
  }
  return count;
}
