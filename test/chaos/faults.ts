/** The faults that a backend can have, and the backends for which each of them makes sense. */
import type { Faults } from "../../dev/endpoints/faults.ts";
import type { ChaosWorld } from "./world.ts";

/** The backend that is faulty for the workers under test. */
export type Target = "L2" | "L3" | "both";
export const TARGETS: readonly Target[] = ["L2", "L3", "both"];

export interface FaultKind {
  name: string;
  /** A description of the fault for the legend in docs/reliability.md. */
  meaning: string;
  /** The fault settings of the endpoint. */
  faults?: Faults;
  /** Work that is done to Redis repeatedly during the fault. */
  disturb?: { everyMs: number; run(world: ChaosWorld): Promise<unknown> };
  /** If set, the fault goes on and off, for this long each time (ms). */
  flapMs?: number;
  /** Whether nothing gets through. If both backends are faulty, responses are stale once a head check has failed. */
  isTotal?: boolean;
  /** The reason why L3 cannot have this fault. For "both", L2 then has it while L3 is down. */
  notL3?: string;
}

/** The lag of the replica (ms). */
const LAG_MS = 2000;

export const FAULT_KINDS: readonly FaultKind[] = [
  { name: "down", meaning: "every connection is closed without a response", faults: { down: true }, isTotal: true },
  {
    name: "refusing",
    meaning: "nothing listens on the port",
    faults: { refuseForMs: 600_000 },
    isTotal: true,
  },
  { name: "hanging", meaning: "requests are accepted and never get a response", faults: { hang: true }, isTotal: true },
  { name: "slow", meaning: "every request takes a second", faults: { latencyMs: 1000 } },
  {
    name: "erroring 30%",
    meaning: "three requests in ten get status 500 and are not applied",
    faults: { errorRate: 0.3 },
  },
  {
    name: "garbage",
    meaning: "the response is status 200 with a page of HTML; nothing is applied",
    faults: { garbage: true },
    isTotal: true,
  },
  {
    name: "truncated",
    meaning: "the request is applied; half of the response arrives, then the connection ends",
    faults: { truncate: true },
    isTotal: true,
  },
  {
    name: "wrong type",
    meaning:
      "the response is status 200 with well-formed JSON of the protocol, but for another request; nothing is applied",
    faults: { wrongType: true },
    isTotal: true,
  },
  {
    name: "older `schemaVersion`",
    meaning: "three times a second, every document in Redis is replaced by one with another schema and another value",
    disturb: { everyMs: 300, run: (world) => world.putOldDocuments() },
    notL3: "Postgres holds rows, and documents are built when they are read",
  },
  { name: "flapping every 2 s", meaning: "down for 2 s, then healthy for 2 s", faults: { down: true }, flapMs: 2000 },
  {
    name: "losing responses",
    meaning: "the request is applied; the connection ends without a response",
    faults: { dropAfterApply: true },
    isTotal: true,
  },
  {
    name: "evicting keys",
    meaning: "five times a second, Redis loses the environment's hash, including its head",
    disturb: { everyMs: 200, run: (world) => world.evict() },
    notL3: "Postgres evicts nothing",
  },
  {
    name: "lagging replica",
    meaning: `reads go to a replica that is ${LAG_MS / 1000} s behind`,
    faults: { lagMs: LAG_MS },
    notL3: "the worker uses Neon's primary, and a read replica is not supported",
  },
];

export interface ChaosCase {
  kind: FaultKind;
  target: Target;
  /** The reason why the case cannot happen and is not run. */
  whyNot?: string;
}

export const CASES: readonly ChaosCase[] = FAULT_KINDS.flatMap((kind) =>
  TARGETS.map((target) => ({
    kind,
    target,
    ...(target === "L3" && kind.notL3 !== undefined && { whyNot: kind.notL3 }),
  })),
);

/** The case without a fault, which the others are compared with. */
export const CALM: ChaosCase = { kind: { name: "none", meaning: "nothing is wrong" }, target: "both" };

/** Begins the fault. Returns a function that ends it. */
export function inject(world: ChaosWorld, { kind, target }: ChaosCase): () => void {
  const { faults = {}, disturb, flapMs, notL3 } = kind;
  const { upstash, neon } = world.project.backends;
  const set = (isOn: boolean): void => {
    if (target !== "L3") upstash.setFaults(isOn ? faults : {});
    if (target === "L3" || (target === "both" && notL3 === undefined)) neon.setFaults(isOn ? faults : {});
  };
  set(true);
  if (target === "both" && notL3 !== undefined) neon.setFaults({ down: true });
  let isOn = true;
  const timers: NodeJS.Timeout[] = [];
  if (flapMs !== undefined) timers.push(setInterval(() => set((isOn = !isOn)), flapMs));
  if (disturb !== undefined && target !== "L3") {
    const run = () => void disturb.run(world).catch((error: unknown) => console.error("a disturbance failed:", error));
    run();
    timers.push(setInterval(run, disturb.everyMs));
  }
  return () => {
    for (const timer of timers) clearInterval(timer);
    upstash.setFaults({});
    neon.setFaults({});
  };
}
