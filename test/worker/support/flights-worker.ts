/** One isolate whose requests share flights, and die in the ways that requests die. */
import { SingleFlight } from "../../../src/resilience/single-flight.ts";
import { systemClock } from "../../../src/ops/clock.ts";

/** How long a flight may take before it counts for dead (ms). */
const BUDGET_MS = 400;

const flights = new SingleFlight({ budgetMs: BUDGET_MS, clock: systemClock });
const calls = new Map<string, number>();

/** How often the backend was asked for a key. */
export const callsFor = (key: string): number => calls.get(key) ?? 0;

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

export default {
  /** `key`; `ms`: how long the backend takes; `end`: answer | leave | throw; `kept=no`: waitUntil is not told. */
  async fetch(request: Request, _bindings: unknown, context: Context): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const key = searchParams.get("key") ?? "";
    const ask = async (): Promise<string> => {
      calls.set(key, callsFor(key) + 1);
      // A timer of this request: it dies with it, as a subrequest does.
      await systemClock.sleep(Number(searchParams.get("ms")));
      return `answer ${callsFor(key)}`;
    };
    const waitUntil =
      searchParams.get("kept") === "no" ? () => undefined : (promise: Promise<unknown>) => context.waitUntil(promise);
    const answer = flights.run(key, ask, { waitUntil });
    const end = searchParams.get("end");
    if (end === "throw") throw new Error("the request failed for another reason");
    if (end === "leave") return new Response("left");
    return new Response(await answer);
  },
};
