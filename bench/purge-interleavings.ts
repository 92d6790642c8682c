/**
 * Why a purge is fenced by the head and not a plain DEL: runs every interleaving of readers and writers over a
 * model of one cached flag, for three protocols, and counts the schedules after which the cache still holds a
 * value that is older than the committed one. `npm run bench:purge`; docs/adr/0003.
 */
import { pathToFileURL } from "node:url";

interface World {
  /** What the store holds: its version stands for the value. */
  committed: number;
  cached: number | undefined;
  head: number;
}

type Step = (world: World) => void;
/** A fresh actor per schedule: its steps share what it has read. */
type Actor = () => Step[];

interface Protocol {
  purge(world: World, version: number): void;
  /** The value was read at `asOf`. */
  fill(world: World, asOf: number): void;
}

export const PROTOCOLS: Record<string, Protocol> = {
  "DEL, then SET": {
    purge: (world) => (world.cached = undefined),
    fill: (world, asOf) => (world.cached = asOf),
  },
  "DEL, then SET if newer than what is there": {
    purge: (world) => (world.cached = undefined),
    fill: (world, asOf) => {
      if (world.cached === undefined || world.cached < asOf) world.cached = asOf;
    },
  },
  "fenced by the head": {
    purge: (world, version) => {
      if (version <= world.head) return;
      world.head = version;
      world.cached = undefined;
    },
    fill: (world, asOf) => {
      if (asOf >= world.head) world.cached = asOf;
    },
  },
};

function reader(protocol: Protocol): Actor {
  return () => {
    let isHit = false;
    let asOf = 0;
    return [
      (world) => (isHit = world.cached !== undefined),
      (world) => (asOf = world.committed),
      (world) => {
        if (!isHit) protocol.fill(world, asOf);
      },
    ];
  };
}

function writer(protocol: Protocol): Actor {
  return () => {
    let version = 0;
    return [(world) => (version = ++world.committed), (world) => protocol.purge(world, version)];
  };
}

/** Every order in which the actors' steps can happen, as the index of the actor that moves next. */
function* schedules(left: number[], order: number[] = []): Generator<number[]> {
  if (left.every((count) => count === 0)) yield order;
  for (const [actor, count] of left.entries()) {
    if (count > 0) yield* schedules(left.with(actor, count - 1), [...order, actor]);
  }
}

/** Schedules tried, and those that end with an old value in the cache. */
export function countStale(protocol: Protocol, readers: number, writers: number): { schedules: number; stale: number } {
  const actors = [...Array<Actor>(readers).fill(reader(protocol)), ...Array<Actor>(writers).fill(writer(protocol))];
  let tried = 0;
  let stale = 0;
  for (const order of schedules(actors.map((actor) => actor().length))) {
    const world: World = { committed: 1, cached: undefined, head: 1 };
    const steps = actors.map((actor) => actor().values());
    for (const actor of order) steps[actor]?.next().value?.(world);
    tried++;
    if (world.cached !== undefined && world.cached < world.committed) stale++;
  }
  return { schedules: tried, stale };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const rows = Object.entries(PROTOCOLS).flatMap(([protocol, rules]) =>
    [1, 2].map((writers) => ({ protocol, readers: 2, writers, ...countStale(rules, 2, writers) })),
  );
  console.table(rows);
}
