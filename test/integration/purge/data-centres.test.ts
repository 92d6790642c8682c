import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { FLAGS, Fleet, KEPT_FLAG } from "../../support/fleet.ts";
import { type Client, outdatedFor, percentiles, visibleAfter, wrongAnswers } from "../../support/propagation.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/**
 * Three data centres of two isolates each evaluate all the time while flags change, and every answer is judged against
 * every version that there ever was. `npm run propagation` makes 500 changes.
 */
const CHANGES = Number(process.env["PROPAGATION_CHANGES"] ?? 50);
/** Between two questions to an isolate (ms). */
const PAUSE_MS = 60;
const EVALUATE = "/ofrep/v1/evaluate/flags";
const PATHS = [`${EVALUATE}/a`, EVALUATE, `${EVALUATE}/child`, `/flags/${KEPT_FLAG}`];

const TRANSPORTS = [
  // One second and one purge, and what a busy machine adds.
  { name: "heads from Redis", delivery: undefined, boundMs: 6000 },
  // The same where a purge arrives; what a lost one leaves ends after 30 s at the latest.
  {
    name: "heads at the data centre, purges late, out of order and one in ten lost",
    delivery: { minMs: 20, maxMs: 800, lossRate: 0.1 },
    boundMs: 36_000,
  },
];

for (const { name, delivery, boundMs } of TRANSPORTS) {
  describe(name, () => {
    const random = seededRandom(1);
    let fleet: Fleet;

    beforeAll(async () => {
      fleet = await Fleet.start(random, delivery && { ...delivery, random });
      fleet.project.backends.upstash.setFaults({ latencyMs: 3 });
      fleet.project.backends.neon.setFaults({ latencyMs: 10 });
    });
    afterAll(() => fleet.close());

    test(
      "every answer is true at its version, none goes back, and none is older than the contract",
      {
        timeout: 1_200_000,
      },
      async ({ expect }) => {
        const { clients, truth, published } = fleet;
        let isOver = false;
        const repeat = async (work: (i: number) => Promise<unknown>, everyMs: number) => {
          for (let i = 0; !isOver; i++) {
            await work(i);
            await pause(everyMs);
          }
        };
        const loops = [
          repeat(() => fleet.sweep(), 1500),
          ...clients.map((client, offset) =>
            repeat((i) => client.ask(PATHS[(i + offset) % PATHS.length]!, i % 3 === 0 ? "free" : "pro"), PAUSE_MS),
          ),
        ];

        const others: Client[] = [];
        const change = async (i: number): Promise<void> => {
          const key = FLAGS[Math.floor(random() * FLAGS.length)]!;
          const version = await (i % 10 === 9 ? fleet.writeAndDie(key) : fleet.write(key));
          const other = fleet.anyClient();
          others.push(other);
          await other.ask(`${EVALUATE}/a`, "pro", version);
        };
        for (let i = 0; i < CHANGES; i += 2) {
          await change(i);
          // Two writers at the same time.
          await Promise.all([change(i + 1), i % 8 === 0 ? change(i) : undefined]);
          await pause(200 * random());
        }
        const newest = Math.max(...published.map(({ version }) => version));
        const giveUpAt = performance.now() + boundMs;
        const isSeen = ({ seen }: Client) => (seen.at(-1)?.version ?? 0) >= newest;
        while (!clients.every(isSeen) && performance.now() < giveUpAt) await pause(PAUSE_MS);
        isOver = true;
        await Promise.all(loops);

        const answers = clients.flatMap(({ seen }) => seen);
        const outdated = outdatedFor(clients, published, truth);
        const count = (status: string) => answers.filter(({ cacheStatus }) => cacheStatus.includes(status)).length;
        const atLeast = others.flatMap(({ seen }) => seen.map(({ status }) => status));
        console.log(
          [
            `${name}: ${newest} versions, ${answers.length} answers, ${count("Burgee-Edge")} of them kept ones, ${count("stale")} marked stale`,
            `  a published change was visible to a client after ${percentiles(visibleAfter(clients, published))}`,
            `  answers were outdated for ${percentiles(outdated)}`,
            `  X-Flags-Min-Version: ${atLeast.filter((status) => status === 200).length} of ${atLeast.length} answered, the others 503`,
            ...(fleet.purges ? [`  purges lost on their way to a data centre: ${fleet.purges.stats().lost}`] : []),
          ].join("\n"),
        );
        expect(wrongAnswers([...clients, ...others], truth)).toEqual([]);
        expect(clients.filter(isSeen)).toHaveLength(clients.length);
        expect(outdated.at(-1)).toBeLessThan(boundMs);
      },
    );
  });
}
