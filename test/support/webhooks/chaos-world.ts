import { setImmediate as turn } from "node:timers/promises";
import { mintWebhookSecret, signWebhook } from "../../../src/ops/webhook-secret.ts";
import { createWebhookQueues, type WebhookQueues } from "../../../src/store/webhooks/queues.ts";
import { createWebhook } from "../../../src/store/webhooks/webhooks.ts";
import { aFlag, type TestStore } from "../../integration/store/backends.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { FakeClock } from "../fake-clock.ts";
import { seededRandom } from "../seeded-random.ts";
import { type Behaviour, BEHAVIOURS, type Receiver } from "./receiver.ts";
import { type RecordFault, type SenderRun, startRun } from "./sender-run.ts";

const KEY_SECRET = "a key secret that only this test uses";
const ENVIRONMENTS = ["prod", "dev"];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface ChaosOptions {
  seed: number;
  steps: number;
  /** Whether receivers fail and senders die. Otherwise several senders only run at the same time. */
  isCalm?: boolean;
  /** The ways in which the receiver fails in half of the requests; `isDown` for all of them. */
  behaviours?: readonly Behaviour[];
  isDown?: boolean;
  /** Breaks the queues, to see that the judge notices. */
  sabotage?: (queues: WebhookQueues, store: TestStore) => WebhookQueues;
}

/** The judgement of one schedule: empty lists if everything is right. */
export interface Verdict {
  /** Events that were neither processed nor became dead letters. */
  lost: string[];
  /** Events that were first processed after a later one of their environment. */
  outOfOrder: string[];
  /** Dead letters that were given up within a day. */
  deadEarly: string[];
  /** Requests whose signature or form is wrong. */
  malformed: string[];
  /** Requests that arrived again although the receiver had accepted them. */
  repeated: string[];
  events: number;
  dead: number;
  requests: number;
}

interface EventRow {
  id: number;
  message_id: string;
  environment: string;
  state: string;
  seen_at: string;
  finished_at: string;
}

/** Runs one random schedule against a real receiver and a real database, and judges what the receiver saw. */
export async function runChaos(store: TestStore, receiver: Receiver, options: ChaosOptions): Promise<Verdict> {
  const { seed, steps, isCalm = false, behaviours = BEHAVIOURS, isDown = false, sabotage } = options;
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  await store.exec("delete from webhooks");
  await store.reset();
  for (const environment of ENVIRONMENTS) await saveFlag(store.db, environment, aFlag("a"), { actor: "ada" });
  const id = "chaos00000000";
  const { secret, salt, hash } = await mintWebhookSecret(KEY_SECRET, id);
  const none = { environments: null, tags: null, entities: null };
  const fields = { name: "chaos", url: receiver.url, format: "standard" as const, enabled: true, ...none };
  await createWebhook(store.db, { ...fields, id, secret: { salt, hash } }, { actor: "ada" });
  receiver.received.length = 0;

  const clock = new FakeClock();
  const honest = createWebhookQueues(store.db);
  const queues = sabotage?.(honest, store) ?? honest;
  let isOver = isCalm;
  const behaviour = (): Behaviour => (isOver || (!isDown && random() < 0.5) ? "ok" : pick(behaviours));
  const faults: RecordFault[] = ["never recorded", "response lost", "paused"];
  const fault = (): RecordFault => (isOver || random() < 0.75 ? "none" : pick(faults));
  let runs: SenderRun[] = [];
  const start = () =>
    void runs.push(startRun({ queues, receiver, keySecret: KEY_SECRET, clock, random, behaviour, fault }));
  /** Waits until real I/O is over: what remains waits for the clock. */
  const still = async () => {
    while (!runs.every((run) => run.isStill())) await turn();
    runs = runs.filter((run) => !run.hasEnded());
  };
  const advance = async (ms: number) => {
    await still();
    await clock.advance(ms);
    await still();
  };
  const write = () =>
    store.exec(`update flag_configurations set enabled = not enabled where environment = '${pick(ENVIRONMENTS)}'`);

  for (let step = 0; step < steps; step++) {
    const chance = random();
    if (chance < 0.4) await write();
    else if (chance < 0.75 && runs.length < 3) for (let i = 0; i < (isCalm ? 3 : 1); i++) start();
    else if (chance < 0.8) pick(runs)?.resume();
    else if (!isCalm) await advance(pick([1000, 5000, 61_000, 10 * 60_000, HOUR, 7 * HOUR]));
    await still();
  }
  isOver = true;
  for (let i = 0; i < 60; i++) {
    for (const run of runs) run.resume();
    start();
    await advance(HOUR);
    if (runs.length === 0 && !(await hasPending(store))) break;
  }
  return await judge(store, receiver, secret);
}

async function hasPending(store: TestStore): Promise<boolean> {
  return (await store.rows("select 1 from webhook_events where state = 'pending' limit 1")).length > 0;
}

async function judge(store: TestStore, { received }: Receiver, secret: string): Promise<Verdict> {
  const events = await store.rows<EventRow>("select * from webhook_events order by id");
  const processed = received.filter(({ isProcessed }) => isProcessed).map(({ id }) => id);
  const firstAt = new Map(processed.toReversed().map((id, i) => [id, processed.length - 1 - i]));
  const verdict: Verdict = {
    lost: [],
    outOfOrder: [],
    deadEarly: [],
    malformed: [],
    repeated: [],
    events: events.length,
    dead: 0,
    requests: received.length,
  };
  const latest = new Map<string, number>();
  for (const { message_id: id, environment, state, seen_at, finished_at } of events) {
    if (state === "dead") {
      verdict.dead++;
      if (Date.parse(finished_at) - Date.parse(seen_at) < DAY) verdict.deadEarly.push(id);
    }
    const at = firstAt.get(id);
    if (at === undefined) {
      if (state !== "dead") verdict.lost.push(id);
      continue;
    }
    if (at < (latest.get(environment) ?? -1)) verdict.outOfOrder.push(id);
    latest.set(environment, Math.max(at, latest.get(environment) ?? -1));
  }
  const accepted = new Set<string>();
  for (const { id, headers, body, isProcessed } of received) {
    const timestamp = Number(headers["webhook-timestamp"]);
    const signature = await signWebhook([secret], { id, timestamp, body });
    if (headers["webhook-signature"] !== signature || JSON.parse(body).type !== "flag.updated")
      verdict.malformed.push(id);
    if (accepted.has(id)) verdict.repeated.push(id);
    if (isProcessed) accepted.add(id);
  }
  return verdict;
}
