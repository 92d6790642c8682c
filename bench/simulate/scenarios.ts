/** The purges that are lost on their way to the data centres. A lost one reaches none of them. */
export type LostPurges = "none" | "repeat" | "all";

/** One world, and the contract that must hold in it. */
export interface Scenario {
  name: string;
  title: string;
  /** Whether changes purge heads. If not, a data centre shares a head for one second. */
  hasTransport: boolean;
  /** Whether the replicas of Redis lag. */
  hasLag: boolean;
  lostPurges: LostPurges;
  /** A served value may have been replaced at most this long ago (ms). */
  allowedMs: number;
  /** 99 of 100 data centres must have each change within this time (ms). */
  allowedP99Ms?: number;
  /** How much more traffic there is than the size says. The simulation is shorter in the same ratio. Default: 1. */
  traffic?: number;
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "purges",
    title: "Heads at data centres, purges arrive",
    hasTransport: true,
    hasLag: false,
    lostPurges: "none",
    allowedMs: 2000,
    allowedP99Ms: 1300,
  },
  {
    name: "lag",
    title: "Heads at data centres, purges arrive, replicas of Redis lag",
    hasTransport: true,
    hasLag: true,
    lostPurges: "none",
    allowedMs: 3500,
  },
  {
    name: "lost-repeat",
    title: "Heads at data centres, replicas of Redis lag, the first repeat of each purge is lost",
    hasTransport: true,
    hasLag: true,
    lostPurges: "repeat",
    allowedMs: 9500,
  },
  {
    name: "lost",
    title: "Heads at data centres, all purges are lost",
    hasTransport: true,
    hasLag: true,
    lostPurges: "all",
    allowedMs: 31_000,
  },
  {
    name: "no-purge",
    title: "Heads at data centres for a second, no purge, replicas of Redis lag",
    hasTransport: false,
    hasLag: true,
    lostPurges: "none",
    allowedMs: 3500,
  },
  {
    name: "purges-tenfold",
    title: "Heads at data centres, purges arrive, replicas of Redis lag, ten times the traffic",
    hasTransport: true,
    hasLag: true,
    lostPurges: "none",
    allowedMs: 3500,
    traffic: 10,
  },
  {
    name: "no-purge-tenfold",
    title: "Heads at data centres for a second, no purge, replicas of Redis lag, ten times the traffic",
    hasTransport: false,
    hasLag: true,
    lostPurges: "none",
    allowedMs: 3500,
    traffic: 10,
  },
];
