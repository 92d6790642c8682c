import fc from "fast-check";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { EvaluationInput, Resolution } from "../../../src/evaluation/types.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { requestAttributes } from "../../../src/http/evaluation/context.ts";
import { type Isolate, startIsolate } from "../app.ts";
import { MapEdgeCache } from "../edge/edge-cache.ts";
import { FakeClock } from "../fake-clock.ts";
import { startTestProject, type TestProject } from "../project.ts";
import * as arbitrary from "../../unit/evaluation/arbitraries.ts";

const OFREP = "/ofrep/v1/evaluate/flags";
const ENVIRONMENT = "/api/v1/environments/production";
/** Each isolate is at its own instant. Schedules and ramps of generated flags are within these months. */
const INSTANTS = ["2026-01-15", "2026-06-15", "2026-11-01", "2026-12-31"].map((day) => Date.parse(day));
const ZONE = { CF_ZONE_ID: "0".repeat(32), CF_PURGE_TOKEN: "x".repeat(20), CF_API_URL: "http://127.0.0.1:9/" };
const UNLIMITED = { UNKNOWN_FLAGS_PER_SECOND: "0", WRITES_PER_SECOND: "0", KEY_CHECKS_PER_SECOND: "0" };

/** The part of a response that every path must agree on. */
interface Outcome {
  status: "served" | "refused";
  value?: unknown;
  variant?: unknown;
  reason?: unknown;
  errorCode?: unknown;
}

export interface AgreementOptions {
  /** The environments that are generated, each with a flag, two prerequisites, a sample and three segments. */
  rounds: number;
  /** The contexts that are evaluated against each flag at each instant. */
  contexts: number;
  seed: number;
}

/**
 * Generates flags and contexts, and evaluates each flag over every path: the compiled evaluator, a single request, a
 * bulk request, `GET`, a kept `GET` and `explain`. Returns how many inputs it compared, and for how many of them a data
 * centre kept the response. @throws Error that names the input if two paths disagree
 */
export async function requireAgreement({
  rounds,
  contexts,
  seed,
}: AgreementOptions): Promise<{ compared: number; kept: number }> {
  const project = await startTestProject({ now: () => INSTANTS[0] as number });
  let [compared, kept] = [0, 0];
  try {
    const configurations = fc.sample(environment, { numRuns: rounds, seed });
    const inputs = fc.sample(arbitrary.input, { numRuns: contexts * rounds, seed });
    for (const [round, flags] of configurations.entries()) {
      await apply(project, flags);
      for (const now of INSTANTS) {
        const world = new Instant(project, now);
        for (const input of inputs.slice(round * contexts, (round + 1) * contexts)) {
          await world.compare(flags, input);
          compared++;
        }
        kept += world.kept;
      }
    }
  } finally {
    await project.close();
  }
  return { compared, kept };
}

type Configuration = FlagDocument & { segments: NonNullable<FlagDocument["segments"]> };

/** A flag with everything that it refers to, and the sample that one of its prerequisites can name. */
const environment: fc.Arbitrary<{ flags: object[]; segments: object[] }> = fc
  .record({
    own: arbitrary.configuration({ segments: ["s1", "s2", "s3"], flags: ["d1", "d2", "sample"] }),
    document: arbitrary.document as fc.Arbitrary<Configuration>,
    weight: fc.integer({ min: 0, max: 100_000 }),
  })
  .map(({ own, document: { segments, dependencies = {} }, weight }) => {
    const string = { type: "string", variants: { on: "1", off: "0", other: "?" }, clientVisible: true };
    const sample = { key: "sample", kind: "sample", type: "boolean", variants: { on: true, off: false, other: false } };
    const weights = [
      ["on", weight],
      ["off", 100_000 - weight],
    ];
    return {
      flags: [
        { key: "f", ...string, ...own },
        ...Object.entries(dependencies).map(([key, one]) => ({ ...string, key, ...one, variants: string.variants })),
        { ...string, ...sample, enabled: true, default: { draw: { weights } } },
      ],
      segments: Object.entries(segments).map(([key, condition]) => ({ key, condition })),
    };
  });

async function apply(project: TestProject, body: object): Promise<void> {
  const isolate = startIsolate({ ...project.bindings, ...UNLIMITED }, new FakeClock(INSTANTS[0]));
  const response = await isolate.fetch(`${ENVIRONMENT}/apply`, {
    method: "POST",
    headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ ...body, whole: true }),
  });
  const text = await response.text();
  await isolate.settled();
  if (response.status !== 200) throw new Error(`${response.status} ${text}: ${JSON.stringify(body)}`);
}

/** A data centre at one instant: an isolate that is warm, and others that start cold. */
class Instant {
  readonly #project: TestProject;
  readonly #clock: FakeClock;
  readonly #edge: MapEdgeCache;
  readonly #warm: Isolate;
  #draw = 0;
  /** How many responses came from the data centre. */
  kept = 0;

  constructor(project: TestProject, now: number) {
    this.#project = project;
    this.#clock = new FakeClock(now);
    this.#edge = new MapEdgeCache(this.#clock.now);
    this.#warm = this.#start();
  }

  #start(zone: Record<string, string> = {}): Isolate {
    const bindings = { ...this.#project.bindings, ...UNLIMITED, ...zone };
    return startIsolate(bindings, this.#clock, { openCache: this.#edge.open, random: () => this.#draw });
  }

  async compare(flags: object, { context, random }: EvaluationInput): Promise<void> {
    this.#draw = random();
    const expected = await this.#evaluate(context);
    const query = `context=${encodeURIComponent(JSON.stringify(context))}`;
    const first = await this.#get(this.#start(ZONE), `/flags/f?${query}`);
    const paths: Record<string, Outcome> = {
      single: await this.#post(`${OFREP}/f`, context),
      bulk: await this.#post(OFREP, context),
      get: first,
      "kept get": await this.#get(this.#start(ZONE), `/flags/f?${query}`),
      "bulk get": await this.#get(this.#start(), `/flags?${query}`),
      explain: await this.#explain(context),
    };
    for (const [path, outcome] of Object.entries(paths)) {
      if (JSON.stringify(outcome) === JSON.stringify(outcome.status === "refused" ? REFUSED : expected)) continue;
      throw new Error(
        `${path} gives ${JSON.stringify(outcome)}, and the evaluator ${JSON.stringify(expected)}, at ` +
          `${new Date(this.#clock.now()).toISOString()} with the draw ${this.#draw}, for ${JSON.stringify(context)} ` +
          `and ${JSON.stringify(flags)}`,
      );
    }
    const statuses = new Set(Object.values(paths).map(({ status }) => status));
    if (statuses.size !== 1) throw new Error(`${JSON.stringify(paths)} for ${JSON.stringify(context)}`);
  }

  /** The compiled evaluator, without HTTP. */
  async #evaluate(context: EvaluationInput["context"]): Promise<Outcome> {
    const pending: Promise<unknown>[] = [];
    const scope = { waitUntil: (promise: Promise<unknown>) => void pending.push(promise) };
    const loaded = await this.#warm.services.source.flag({ environment: "production", scope }, "f");
    await Promise.all(pending);
    const document = loaded?.value?.document();
    if (document === undefined) throw new Error("the flag is not there");
    const request = requestAttributes(new Request("http://edge.test/"));
    // A context of the wire has lost its `undefined`, and a null targeting key counts as absent.
    const { targetingKey, ...rest } = context;
    const given = typeof targetingKey === "string" ? context : rest;
    const input = { context: given, request, now: this.#clock.now(), random: () => this.#draw };
    return outcomeOf(compileFlag(document).evaluate(input));
  }

  async #post(path: string, context: object): Promise<Outcome> {
    return await this.#read(
      await this.#warm.fetch(path, {
        method: "POST",
        headers: { authorization: `Bearer ${this.#project.serverKey}` },
        body: JSON.stringify({ context }),
      }),
      this.#warm,
    );
  }

  async #get(isolate: Isolate, path: string): Promise<Outcome> {
    return await this.#read(
      await isolate.fetch(path, { headers: { authorization: `Bearer ${this.#project.serverKey}` } }),
      isolate,
    );
  }

  async #explain(context: object): Promise<Outcome> {
    const response = await this.#warm.fetch(`${ENVIRONMENT}/flags/f/explain`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#project.serverKey}`, "content-type": "application/json" },
      body: JSON.stringify({ context }),
    });
    const body = (await response.json()) as { resolution: Resolution };
    await this.#warm.settled();
    if (response.status >= 500) throw new Error(`explain: ${response.status} for ${JSON.stringify(context)}`);
    return response.status === 200 ? outcomeOf(body.resolution) : REFUSED;
  }

  async #read(response: Response, isolate: Isolate): Promise<Outcome> {
    if (response.headers.get("cache-status") === "Burgee-Edge; hit") this.kept++;
    const body = (await response.json()) as Item & { flags?: Item[] };
    await isolate.settled();
    // A flag can serve an error on purpose. Its details, which only server keys see, say so.
    const isServed = body.errorDetails?.endsWith(" serves this error") === true;
    if (response.status >= 500 && !isServed) throw new Error(`${response.status} ${JSON.stringify(body)}`);
    const item = body.flags === undefined ? body : body.flags.find(({ key }) => key === "f");
    const isRefused =
      !isServed && response.status >= 400 && ["INVALID_CONTEXT", undefined].includes(item?.errorCode as undefined);
    if (item === undefined || isRefused) return REFUSED;
    return outcomeOf(item);
  }
}

type Item = Omit<Outcome, "status"> & { key?: string; errorDetails?: string };

const REFUSED: Outcome = { status: "refused" };

function outcomeOf({ value, variant, reason, errorCode }: Item): Outcome {
  // OFREP sends no reason with an error, and an empty variant if the caller uses its default.
  if (errorCode !== undefined) return { status: "served", errorCode };
  return { status: "served", value, variant: variant === "" ? undefined : variant, reason };
}
