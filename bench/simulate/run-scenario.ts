import { EDGE_PATIENCE_MS } from "../../src/http/management/publish-write.ts";
import type { SimulatedPostgres } from "./backends/postgres.ts";
import { StoreModel } from "./backends/store-model.ts";
import { Engine } from "./engine/engine.ts";
import { Lottery, type Random, seededRandom } from "./engine/random.ts";
import { Judge } from "./judge/judge.ts";
import { Propagation } from "./judge/propagation.ts";
import { Truth } from "./judge/truth.ts";
import { callsOf, type ScenarioResult, type Size, sizeOf } from "./result.ts";
import type { Scenario } from "./scenarios.ts";
import { type Deployment, deploy, prepare, type Prepared } from "./world/deployment.ts";
import { CONTEXT, Flags } from "./world/flags.ts";
import { waitUntil } from "./world/isolate.ts";
import { ENVIRONMENT, type Planet } from "./world/planet.ts";
import { drawChangeTimes, Traffic } from "./world/traffic.ts";

/** The time at which the busiest data centres are busiest, so that a short simulation covers it. */
const START_AT = Date.UTC(2026, 10, 28, 12);
/** Changes begin after this time, when most isolates have started, or after a quarter of a short simulation (ms). */
const WARM_UP_MS = 5 * 60_000;
/** No change is made in this time before the end, so that each can arrive (ms). */
const COOL_DOWN_MS = 60_000;
const SWEEP_EVERY_MS = 60_000;
/** The share of requests for all flags. */
const BULK_SHARE = 0.05;

/** The data centres at which people make changes, and the share of each. */
const WRITERS: readonly (readonly [city: string, share: number])[] = [
  ["Frankfurt", 0.4],
  ["London", 0.2],
  ["New York", 0.2],
  ["San Jose", 0.1],
  ["Singapore", 0.1],
];

/** Runs one scenario. The result depends on nothing but the arguments and the code. */
export async function runScenario(scenario: Scenario, size: Size): Promise<ScenarioResult> {
  return await new Simulation(scenario, sizeOf(scenario, size), await prepare(scenario)).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #size: Size;
  readonly #engine: Engine;
  readonly #truth: Truth;
  readonly #store: StoreModel;
  readonly #flags: Flags;
  readonly #deployment: Deployment;

  constructor(scenario: Scenario, size: Size, prepared: Prepared) {
    const { seed, isPatient = false } = size;
    this.#scenario = scenario;
    this.#size = size;
    this.#engine = new Engine({ startAt: START_AT, isPatient });
    this.#store = new StoreModel(ENVIRONMENT, tagsFrom(seededRandom(seed, "tags")));
    this.#truth = new Truth(this.#store.version);
    this.#flags = new Flags(size.flags, seededRandom(seed, "changes"));
    const committedAt = () => this.#truth.committedAt(this.#truth.newest);
    this.#deployment = deploy({ ...prepared, engine: this.#engine, store: this.#store, scenario, size, committedAt });
  }

  get #planet(): Planet {
    return this.#deployment.planet;
  }

  get #postgres(): SimulatedPostgres {
    return this.#deployment.postgres;
  }

  async run(): Promise<ScenarioResult> {
    const { hours, changes, dataCentres } = this.#size;
    for (const write of await this.#flags.create()) this.#commit(() => this.#store.write(write));
    const firstVersion = this.#truth.newest + 1;
    const propagation = new Propagation({ firstVersion, changes, dataCentres });
    const judge = new Judge({
      truth: this.#truth,
      propagation,
      allowedMs: this.#scenario.allowedMs,
      startAt: START_AT,
      input: { context: CONTEXT, request: {}, now: START_AT, random: () => 0.5 },
    });
    const endAt = START_AT + hours * 3_600_000;
    this.#startTraffic(judge);
    this.#startSweeps();
    const changedAt = this.#planChanges(START_AT + Math.min(WARM_UP_MS, (endAt - START_AT) / 4), endAt - COOL_DOWN_MS);
    await this.#engine.run(endAt);
    const { planet, meters, logged } = this.#deployment;
    return {
      scenario: this.#scenario,
      size: this.#size,
      findings: judge.findings,
      propagation: propagation.result(),
      isolates: planet.started,
      caches: planet.cacheCounts,
      redis: callsOf(meters.redis),
      postgres: callsOf(meters.postgres),
      purges: callsOf(meters.purges),
      changedAt: changedAt.map((time) => (time - START_AT) / 1000),
      logged,
    };
  }

  #commit(write: () => void): void {
    write();
    this.#truth.record(this.#flags.values(), this.#engine.now);
  }

  #startTraffic(judge: Judge): void {
    const engine = this.#engine;
    const { seed, evaluations: perDay } = this.#size;
    const random = seededRandom(seed, "requests");
    const places = this.#planet.dataCentres.map(({ place }) => place);
    const traffic = new Traffic({ random: seededRandom(seed, "traffic"), places, perDay, startAt: START_AT });
    const request = () => {
      engine.after(traffic.pauseMs(engine.now), request);
      const key = random() < BULK_SHARE ? undefined : this.#flags.drawKey(random);
      return this.#planet.ask(traffic.dataCentre(engine.now), key, judge);
    };
    engine.after(traffic.pauseMs(engine.now), request);
  }

  /** Plans all changes. Returns their times (ms since epoch). */
  #planChanges(from: number, until: number): number[] {
    const random = seededRandom(this.#size.seed, "change times");
    const times = drawChangeTimes(random, this.#size.changes, from, until);
    const writers = new Lottery(WRITERS.map(([, share]) => share));
    for (const time of times) this.#engine.at(time, () => this.#change(WRITERS[writers.draw(random)]![0]));
    return times;
  }

  /** Makes a change as the management API does. */
  async #change(city: string): Promise<void> {
    const { place, number } = this.#planet.dataCentres.find((one) => one.place.name === city)!;
    const { services, life } = this.#planet.isolateOf(number);
    const commit = () => this.#commit(() => this.#store.write(this.#flags.change()));
    const written = await this.#postgres.write(place, life, commit);
    await services.publisher.publishAll(new Map([[ENVIRONMENT, written]]), waitUntil, EDGE_PATIENCE_MS);
  }

  /** Runs the cron trigger, each time at some data centre. */
  #startSweeps(): void {
    const engine = this.#engine;
    const random = seededRandom(this.#size.seed, "sweeps");
    const sweep = () => {
      engine.after(SWEEP_EVERY_MS, sweep);
      const { services } = this.#planet.isolateOf(Math.floor(random() * this.#size.dataCentres));
      services.sweep(waitUntil).catch(() => services.log.warn("sweep_failed"));
    };
    engine.after(1000, sweep);
  }
}

/** Draws the tags of versions, as new_version_tag() does. */
function tagsFrom(random: Random): () => string {
  return () => Array.from({ length: 12 }, () => Math.floor(random() * 16).toString(16)).join("");
}
