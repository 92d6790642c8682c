/**
 * Shows why the head fences a purge and a plain DEL is not enough. Runs every interleaving of readers and writers on a
 * model of one cached flag, for three protocols, and counts the schedules that leave a value older than the committed
 * one in the cache. `npm run bench:purge`; docs/adr/0003-purge-and-fill-are-fenced.md.
 */
import { pathToFileURL } from "node:url";

interface World {
  /** The committed version, which stands for the value. */
  committed: number;
  cached: number | undefined;
  head: number;
}

type Step = (world: World) => void;
/** Creates an actor for one schedule. Its steps share the values that it has read. */
type Actor = () => Step[];

interface Protocol {
  purge(world: World, version: number): void;
  /** Caches a value that was read at version `asOf`. */
  fill(world: World, asOf: number): void;
}

export const PROTOCOLS: Record<string, Protocol> = {
  "DEL, then SET": {
    purge: (world) => (world.cached = undefined),
    fill: (world, asOf) => (world.cached = asOf),
  },
  "DEL, then SET if newer than the entry": {
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

/** Yields every order in which the actors can take their steps, as indexes of actors. */
function* schedules(left: number[], order: number[] = []): Generator<number[]> {
  if (left.every((count) => count === 0)) yield order;
  for (const [actor, count] of left.entries()) {
    if (count > 0) yield* schedules(left.with(actor, count - 1), [...order, actor]);
  }
}

/** Counts all schedules, and those that leave an old value in the cache. */
export function countStale(protocol: Protocol, readers: number, writers: number): { schedules: number; stale: number } {
  const actors = [...Array<Actor>(readers).fill(reader(protocol)), ...Array<Actor>(writers).fill(writer(protocol))];
  let count = 0;
  let stale = 0;
  for (const order of schedules(actors.map((actor) => actor().length))) {
    const world: World = { committed: 1, cached: undefined, head: 1 };
    const steps = actors.map((actor) => actor().values());
    for (const actor of order) steps[actor]?.next().value?.(world);
    count++;
    if (world.cached !== undefined && world.cached < world.committed) stale++;
  }
  return { schedules: count, stale };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const rows = Object.entries(PROTOCOLS).flatMap(([protocol, rules]) =>
    [1, 2].map((writers) => ({ protocol, readers: 2, writers, ...countStale(rules, 2, writers) })),
  );
  console.table(rows);
}
