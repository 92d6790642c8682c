/** A Worker of the same account, which calls Burgee through its service bindings. */
import type { FlagsBinding } from "../../../src/rpc/interface.ts";

type Method = keyof FlagsBinding;

/** One call: `binding` names the binding, and `passes` says that the Worker passes on the request that it got. */
export interface ForwardedCall {
  binding: string;
  method: string;
  args: unknown[];
  passes?: "request" | undefined;
}

/** Values that a test cannot send as JSON. */
const SPECIAL: Record<string, () => unknown> = {
  $date: () => new Date("2026-06-01T00:00:00Z"),
  $bigint: () => 1n,
  $cycle: () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    return cycle;
  },
  $function: () => () => "staging",
  $nan: () => Number.NaN,
};

function revived(value: unknown): unknown {
  if (typeof value === "string" && Object.hasOwn(SPECIAL, value)) return SPECIAL[value]!();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revived);
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, revived(child)]));
}

export default {
  /** Makes the call of the body, and responds with its result or its error. */
  async fetch(request: Request, bindings: Record<string, FlagsBinding>): Promise<Response> {
    const { binding, method, args, passes } = (await request.clone().json()) as ForwardedCall;
    try {
      const given = args.map(revived);
      if (passes === "request") given.push({ request });
      const call = bindings[binding]![method as Method] as (...given: unknown[]) => Promise<unknown>;
      const result = await call(...given);
      return Response.json({ result: result ?? null, bodyUsed: request.bodyUsed });
    } catch (error) {
      return Response.json({ thrown: String(error) });
    }
  },
};
