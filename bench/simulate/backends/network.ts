import { exponential, type Random } from "../engine/random.ts";
import type { Place } from "./cities.ts";

const EARTH_RADIUS_KM = 6371;
/** Light travels this far in a fibre in one millisecond. */
const KM_PER_MS = 200;
/** Cables are longer than the great circle. From Frankfurt, this gives 101 ms to New York and 266 ms to Sydney. */
const DETOUR = 1.6;
/** The time in routers, at both ends together (ms). */
const LOCAL_MS = 2;

/** Returns the length of the great circle between two places (km). */
export function distanceKm(from: Place, to: Place): number {
  const [a, b] = [radians(from.latitude), radians(to.latitude)];
  const dLatitude = b - a;
  const dLongitude = radians(to.longitude - from.longitude);
  const h = Math.sin(dLatitude / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(dLongitude / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Returns the round-trip time between two places without any queue (ms). */
export function roundTripMs(from: Place, to: Place): number {
  return (2 * distanceKm(from, to) * DETOUR) / KM_PER_MS + LOCAL_MS;
}

/** The ways between places. Every packet is delayed a little more than the round-trip time says. */
export class Network {
  readonly #random: Random;
  readonly #roundTrips = new Map<Place, Map<Place, number>>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Draws how long a packet takes (ms). */
  oneWay(from: Place, to: Place): number {
    const roundTrip = this.roundTrip(from, to);
    return roundTrip / 2 + exponential(this.#random, 0.5 + 0.02 * roundTrip);
  }

  roundTrip(from: Place, to: Place): number {
    let known = this.#roundTrips.get(from);
    if (known === undefined) this.#roundTrips.set(from, (known = new Map()));
    let roundTrip = known.get(to);
    if (roundTrip === undefined) known.set(to, (roundTrip = roundTripMs(from, to)));
    return roundTrip;
  }

  nearest(from: Place, places: readonly Place[]): Place {
    const sorted = places.toSorted((a, b) => this.roundTrip(from, a) - this.roundTrip(from, b));
    return sorted[0] ?? from;
  }
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
