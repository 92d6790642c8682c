import { CF_FACTS, FACT_HEADERS } from "../../src/http/evaluation/request-facts.ts";
import { OVERRIDES_HEADER, presentedOverrides } from "../../src/http/overrides/presented-overrides.ts";
import type { PassedRequest } from "../../src/rpc/interface.ts";

/**
 * Returns the parts of a request that flags can depend on. A whole `Request` would take its body along, and everything
 * else that is none of Burgee's business.
 */
export function passedFacts({ url = "", headers: given, cf: known }: PassedRequest): PassedRequest {
  const all = isHeaders(given) ? given : new Headers(given);
  const headers: Record<string, string> = {};
  for (const name of FACT_HEADERS) {
    const value = all.get(name);
    if (value !== null) headers[name] = value;
  }
  const overrides = presentedOverrides({ url, headers: all });
  if (overrides !== undefined) headers[OVERRIDES_HEADER] = overrides;
  const cf = Object.fromEntries(
    CF_FACTS.flatMap((name) => {
      const value = (known as Record<string, unknown> | undefined)?.[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { headers, cf };
}

function isHeaders(headers: PassedRequest["headers"]): headers is { get(name: string): string | null } {
  return typeof headers.get === "function";
}
