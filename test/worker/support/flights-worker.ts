/** A worker whose requests share flights and die in different ways. */
import { SingleFlight } from "../../../src/resilience/single-flight.ts";
import { systemClock } from "../../../src/ops/clock.ts";

/** The time after which a flight counts as dead (ms). */
const BUDGET_MS = 2000;

const flights = new SingleFlight({ budgetMs: BUDGET_MS, clock: systemClock });
const calls = new Map<string, number>();

/** Returns the number of calls to the backend for a flight's key. */
export const callsFor = (key: string): number => calls.get(key) ?? 0;

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

export default {
  /**
   * Parameters: `key` names the flight, `ms` is the backend's latency, `end` is `wait`, `leave` or `throw`, and
   * `kept=no` does not pass the flight to waitUntil.
   */
  async fetch(request: Request, _bindings: unknown, context: Context): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const key = searchParams.get("key") ?? "";
    const ask = async (): Promise<string> => {
      calls.set(key, callsFor(key) + 1);
      // This timer belongs to the request and dies with it, as a subrequest does.
      await systemClock.sleep(Number(searchParams.get("ms")));
      return `reply ${callsFor(key)}`;
    };
    const waitUntil =
      searchParams.get("kept") === "no" ? () => undefined : (promise: Promise<unknown>) => context.waitUntil(promise);
    const result = flights.run(key, ask, { waitUntil });
    const end = searchParams.get("end");
    if (end === "throw") throw new Error("the request failed for another reason");
    if (end === "leave") return new Response("left");
    return new Response(await result);
  },
};
