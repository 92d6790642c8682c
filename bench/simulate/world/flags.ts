import type { Condition, FlagConfiguration, FlagDefinition } from "../../../src/flags/document.ts";
import { sha256Hex } from "../../../src/ops/token.ts";
import type { Write } from "../backends/store-model.ts";
import { Lottery, type Random, zipf } from "../engine/random.ts";

/** One flag in four refers to a segment. The first segment has a third of these, and the others share the rest. */
const FLAGS_PER_REFERENCE = 4;
const SEGMENTS = 10;
/** Flags that come and go. */
const EXTRA_FLAGS = 10;
/** The share of requests for flags that come and go. */
const EXTRA_SHARE = 0.02;

/** The shares of the kinds of changes: a flag, a segment, a flag that comes or goes, an SDK key. */
const KINDS = new Lottery([0.84, 0.06, 0.07, 0.03]);

/** The context of every request. */
export const CONTEXT = { targetingKey: "user-1", plan: "pro" };
/** The SDK key of every request. */
export const SDK_KEY = "simulated";

/** The state of one flag: the number of its last write, and its segment. */
interface FlagState {
  write: number;
  segment: number | undefined;
}

/**
 * The flags of the simulation, their changes, and the value of each. The values are computed here, without the
 * documents and the evaluator.
 */
export class Flags {
  readonly #random: Random;
  readonly #flags = new Map<string, FlagState>();
  readonly #segments: boolean[] = Array.from({ length: SEGMENTS }, () => true);
  readonly #keys: string[];
  readonly #popularity: Lottery;
  #writes = 0;
  #otherKey: string | undefined;

  constructor(count: number, random: Random) {
    this.#random = random;
    this.#keys = Array.from({ length: count }, (_, i) => `flag-${String(i).padStart(3, "0")}`);
    this.#popularity = new Lottery(zipf(count));
  }

  /** Returns the writes that create the environment's contents. */
  async create(): Promise<Write[]> {
    const record = { kind: "server" as const, hash: await sha256Hex(SDK_KEY), origins: [] };
    const segments = this.#segments.map((_, i) => this.#saveSegment(i));
    return [{ kind: "add key", id: SDK_KEY, record }, ...segments, ...this.#keys.map((key, i) => this.#save(key, i))];
  }

  /** Draws the next change. */
  change(): Write {
    switch (KINDS.draw(this.#random)) {
      case 0: {
        const i = Math.floor(this.#random() * this.#keys.length);
        return this.#save(this.#keys[i]!, i);
      }
      case 1: {
        const i = Math.floor(this.#random() * SEGMENTS);
        this.#segments[i] = !this.#segments[i];
        return this.#saveSegment(i);
      }
      case 2: {
        const key = drawExtra(this.#random);
        return this.#flags.delete(key) ? { kind: "delete flag", key } : this.#save(key);
      }
      default: {
        const id = this.#otherKey;
        this.#otherKey = id === undefined ? `other${String(this.#writes).padStart(6, "0")}` : undefined;
        if (id !== undefined) return { kind: "revoke key", id };
        return { kind: "add key", id: this.#otherKey!, record: { kind: "client", hash: "0".repeat(64), origins: [] } };
      }
    }
  }

  /** Draws the flag that a request asks for. */
  drawKey(random: Random): string {
    return random() < EXTRA_SHARE ? drawExtra(random) : this.#keys[this.#popularity.draw(random)]!;
  }

  /** Returns the value of every flag that exists. */
  values(): Map<string, number> {
    return new Map([...this.#flags].map(([key, state]) => [key, this.#valueOf(state)]));
  }

  #valueOf({ write, segment }: FlagState): number {
    return segment === undefined || this.#segments[segment] === true ? write : -write;
  }

  #save(key: string, number?: number): Write {
    const segment = number === undefined ? undefined : segmentOf(number);
    this.#writes += 1;
    const write = this.#writes;
    this.#flags.set(key, { write, segment });
    const definition: FlagDefinition = {
      key,
      kind: "flag",
      type: "integer",
      variants: { on: write, off: -write },
      clientVisible: true,
      metadata: {},
    };
    const when = { segment: nameOf(segment ?? 0) };
    const configuration: FlagConfiguration = {
      enabled: true,
      offVariant: "off",
      default: { variant: segment === undefined ? "on" : "off" },
      rules: segment === undefined ? [] : [{ id: "members", when, serve: { variant: "on" } }],
      prerequisites: [],
    };
    return { kind: "save flag", definition, configuration };
  }

  #saveSegment(number: number): Write {
    const plans = this.#segments[number] === true ? ["pro", "team"] : ["team"];
    const condition: Condition = { attribute: "plan", operator: "in", values: plans };
    return { kind: "save segment", key: nameOf(number), condition };
  }
}

function drawExtra(random: Random): string {
  return `extra-${Math.floor(random() * EXTRA_FLAGS)}`;
}

function nameOf(segment: number): string {
  return `segment-${segment}`;
}

function segmentOf(flag: number): number | undefined {
  if (flag % FLAGS_PER_REFERENCE !== 0) return undefined;
  const reference = flag / FLAGS_PER_REFERENCE;
  return reference % 3 === 0 ? 0 : 1 + (reference % (SEGMENTS - 1));
}
