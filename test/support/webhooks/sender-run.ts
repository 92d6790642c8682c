import { sendWebhooks } from "../../../src/delivery/webhooks/send-webhooks.ts";
import type { WebhookQueues } from "../../../src/store/webhooks/queues.ts";
import type { FakeClock } from "../fake-clock.ts";
import type { Behaviour, Receiver } from "./receiver.ts";

/** The ways in which recording an attempt goes wrong. */
export type RecordFault = "none" | "never recorded" | "response lost" | "paused";

export interface RunOptions {
  queues: WebhookQueues;
  receiver: Receiver;
  keySecret: string;
  clock: FakeClock;
  random: () => number;
  behaviour(): Behaviour;
  fault(): RecordFault;
}

/** One run of a sender, whose real I/O the test can wait for before it moves the clock. */
export interface SenderRun {
  /** Whether the run has ended, or nothing but the clock or `resume` can make it go on. */
  isStill(): boolean;
  isPaused(): boolean;
  hasEnded(): boolean;
  /** Lets paused records go on. */
  resume(): void;
}

/** Starts a run of a sender in a world of faults. */
export function startRun({ queues, receiver, keySecret, clock, random, behaviour, fault }: RunOptions): SenderRun {
  let hasEnded = false;
  /** The queues that the run is sending, and those of them that wait for the clock or for `resume`. */
  let loops = 0;
  let waiting = 0;
  let resumed: (() => void)[] = [];

  const watched: WebhookQueues = {
    ...queues,
    async lease(now, leaseMs, limit) {
      const leases = await queues.lease(now, leaseMs, limit);
      loops += leases.length;
      return leases;
    },
    async record(lease, event, recorded, now) {
      let isGoingOn = false;
      try {
        const chosen = fault();
        if (chosen === "never recorded") throw new Error(chosen);
        if (chosen === "paused") {
          waiting++;
          await new Promise<void>((resolve) => resumed.push(resolve));
        }
        const next = await queues.record(lease, event, recorded, now);
        if (chosen === "response lost") throw new Error(chosen);
        isGoingOn = next !== undefined && recorded.leasedUntil > now;
        return next;
      } finally {
        if (!isGoingOn) loops--;
      }
    },
  };
  const send: typeof fetch = async (input, init) => {
    const chosen = behaviour();
    if (!chosen.endsWith("hang")) return await receiver.fetchWith(chosen)(input, init);
    let isWaiting = false;
    init?.signal?.addEventListener("abort", () => {
      if (isWaiting) waiting--;
      isWaiting = false;
    });
    const onArrived = (): void => {
      isWaiting = true;
      waiting++;
    };
    return await receiver.fetchWith(chosen, onArrived)(input, init);
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const rules = { allowsLocalhost: true };
  void sendWebhooks({ queues: watched, keySecrets: [keySecret], rules, clock, random, fetch: send, log }).finally(
    () => {
      hasEnded = true;
    },
  );
  return {
    isStill: () => hasEnded || (loops > 0 && loops === waiting),
    isPaused: () => resumed.length > 0,
    hasEnded: () => hasEnded,
    resume() {
      const all = resumed;
      resumed = [];
      waiting -= all.length;
      for (const resume of all) resume();
    },
  };
}
