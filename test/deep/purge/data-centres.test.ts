import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { PurgeStats } from "../../../dev/endpoints/purge-endpoint.ts";
import { FLAGS, Fleet, KEPT_FLAG } from "../../support/edge/fleet.ts";
import { type Client, outdatedFor, percentiles, visibleAfter, wrongResponses } from "../../support/edge/propagation.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/**
 * Three data centres evaluate all the time while flags change. Every response is compared with every version of the
 * flags. `npm run propagation` makes 500 changes.
 */
const CHANGES = Number(process.env["PROPAGATION_CHANGES"] ?? 32);
/** One change in this many is made alone, so that no other change or write can help to publish it. */
const ALONE = 16;
/** The pauses between two requests to a busy isolate, and to one with few requests (ms). */
const PAUSE_MS = 60;
const SELDOM_MS = 1100;
/** Above all bounds (ms). */
const PATIENCE_MS = 40_000;
const EVALUATE = "/ofrep/v1/evaluate/flags";
const KEPT = `/flags/${KEPT_FLAG}`;
const PATHS = [`${EVALUATE}/a`, EVALUATE, `${EVALUATE}/child`, KEPT];

const TRANSPORTS = [
  // The contract is one second and one purge. The rest allows for a busy machine.
  { name: "heads from Redis", delivery: undefined, quietMs: 0, boundMs: 6000 },
  // The contract is the same if the purge arrives. If it is lost, the head expires after 30 s.
  {
    name: "heads at the data centre, purges late, out of order and one in ten lost",
    delivery: { minMs: 20, maxMs: 800, lossRate: 0.1 },
    // By then the last repeat of a purge has arrived.
    quietMs: 9000,
    boundMs: 36_000,
  },
];

for (const { name, delivery, quietMs, boundMs } of TRANSPORTS) {
  describe(name, () => {
    const random = seededRandom(1);
    const anyFlag = () => FLAGS[Math.floor(random() * FLAGS.length)]!;
    const others: Client[] = [];
    let fleet: Fleet;

    beforeAll(async () => {
      fleet = await Fleet.start(random, delivery && { ...delivery, random });
      fleet.project.backends.upstash.setFaults({ latencyMs: 3 });
      fleet.project.backends.neon.setFaults({ latencyMs: 10 });
    });
    afterAll(() => fleet.close());

    /** Makes changes alone and in pairs. After each, a client requests that version from some isolate at once. */
    async function changeOften(count: number): Promise<void> {
      const change = async (i: number): Promise<void> => {
        const version = await (i % 10 === 9 ? fleet.writeAndDie(anyFlag()) : fleet.write(anyFlag()));
        const other = fleet.anyClient();
        others.push(other);
        await other.ask(`${EVALUATE}/a`, "pro", version);
      };
      for (let i = 0; i < count; i += 3) {
        await change(i);
        await Promise.all([change(i + 1), change(i + 2)]);
        await pause(200 * random());
      }
    }

    async function untilSeen(clients: readonly Client[], version: number): Promise<void> {
      const giveUpAt = performance.now() + PATIENCE_MS;
      while (!clients.every((client) => hasSeen(client, version)) && performance.now() < giveUpAt)
        await pause(PAUSE_MS);
    }

    test(
      "every response is right at its version, versions never go back, and none is too old",
      { timeout: 1_200_000 },
      async ({ expect }) => {
        const { clients, seldom, truth, published } = fleet;
        const everybody = [...clients, ...seldom];
        let isOver = false;
        let isSwept = true;
        const repeat = async (everyMs: number, work: (i: number) => Promise<unknown>) => {
          for (let i = 0; !isOver; i++) {
            await work(i);
            await pause(everyMs);
          }
        };
        const loops = [
          repeat(1500, async () => isSwept && fleet.sweep()),
          ...clients.map((client, offset) =>
            repeat(PAUSE_MS, (i) => client.ask(PATHS[(i + offset) % PATHS.length]!, i % 3 === 0 ? "free" : "pro")),
          ),
          ...seldom.map((client) => repeat(SELDOM_MS, (i) => client.ask(KEPT, i % 2 === 0 ? "free" : "pro"))),
        ];

        const countAlone = Math.floor(CHANGES / ALONE);
        await changeOften(CHANGES - countAlone);
        const often = [...published];
        await untilSeen(everybody, truth.newest);
        isSwept = false;
        for (let i = 0; i < countAlone; i += 1) {
          await pause(quietMs + 1000 * random());
          await untilSeen(clients, await fleet.writeAtOffice(anyFlag()));
        }
        const alone = published.slice(often.length);
        // Only the sweep can publish the last change.
        isSwept = true;
        await untilSeen(everybody, await fleet.writeAndDie(anyFlag()));
        isOver = true;
        await Promise.all(loops);

        const responses = everybody.flatMap(({ seen }) => seen);
        const outdated = outdatedFor(everybody, published, truth);
        const count = (status: string) => responses.filter(({ cacheStatus }) => cacheStatus.includes(status)).length;
        const atLeast = others.flatMap(({ seen }) => seen.map(({ status }) => status));
        console.log(
          [
            `${name}: ${truth.newest} versions, ${responses.length} responses, ${count("Burgee-Edge")} of them kept ones, ${count("stale")} marked stale`,
            `  a change among many was visible to a client after ${percentiles(visibleAfter(clients, often))}`,
            `  a change alone was visible to a client after ${percentiles(visibleAfter(clients, alone))}`,
            `  responses were outdated for ${percentiles(outdated)}`,
            `  X-Flags-Min-Version: ${atLeast.filter((status) => status === 200).length} of ${atLeast.length} succeeded, the others 503`,
            ...(fleet.purges ? [`  ${fateOf(fleet.purges.stats(), fleet.deleted)}`] : []),
          ].join("\n"),
        );
        expect(wrongResponses([...everybody, ...others], truth)).toEqual([]);
        expect(everybody.filter((client) => !hasSeen(client, truth.newest))).toEqual([]);
        expect(outdated.at(-1)).toBeLessThan(boundMs);
        if (fleet.purges) {
          expect(count("Burgee-Edge")).toBeGreaterThan(0);
          expect([...fleet.deleted].filter(([, times]) => times === 0)).toEqual([]);
        }
      },
    );
  });
}

function hasSeen({ seen }: Client, version: number): boolean {
  return (seen.at(-1)?.version ?? 0) >= version;
}

function fateOf({ purges, lost }: PurgeStats, deleted: ReadonlyMap<string, number>): string {
  const entries = [...deleted.values()].reduce((sum, times) => sum + times, 0);
  return `${purges} purges; ${lost} did not reach a data centre, the others deleted ${entries} kept entries`;
}
