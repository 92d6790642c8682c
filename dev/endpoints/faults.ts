/** Faults that a local endpoint injects into the requests that it receives. All are optional; `{}` removes them. */
export interface Faults {
  /** Delays each request by this many milliseconds before it is applied. */
  latencyMs?: number;
  /** The share of requests, from 0 to 1, that fail with an error and are not applied. */
  errorRate?: number;
  /** Accepts requests, but neither applies them nor responds. */
  hang?: boolean;
  /** Closes each connection at its first request, without a response. */
  down?: boolean;
  /** Closes the port for this many milliseconds. The control routes are unreachable as well. */
  refuseForMs?: number;
  /** Responds with 200 and a page that is not JSON. Nothing is applied. */
  garbage?: boolean;
  /** Responds with 200 and JSON that the protocol does not allow, different each time. Nothing is applied. */
  wrongType?: boolean;
  /** Applies the request, sends half of the response and closes the connection. */
  truncate?: boolean;
  /** Applies the request, then closes the connection without a response. */
  dropAfterApply?: boolean;
  /** Lets this many requests pass before the other faults apply. */
  passFirst?: number;
  /** Serves reads from a replica that gets each write this many milliseconds later. Only the Upstash endpoint can. */
  lagMs?: number;
}

const MILLISECONDS = {
  accepts: (value: unknown) => typeof value === "number" && value >= 0 && value <= 600_000,
  expected: "a number of milliseconds, 0 to 600000",
};
const SWITCH = { accepts: (value: unknown) => typeof value === "boolean", expected: "true or false" };

const CHECKS: Record<keyof Faults, { accepts(value: unknown): boolean; expected: string }> = {
  latencyMs: MILLISECONDS,
  errorRate: {
    accepts: (value) => typeof value === "number" && value >= 0 && value <= 1,
    expected: "a number from 0 to 1",
  },
  hang: SWITCH,
  down: SWITCH,
  refuseForMs: MILLISECONDS,
  garbage: SWITCH,
  wrongType: SWITCH,
  truncate: SWITCH,
  dropAfterApply: SWITCH,
  passFirst: {
    accepts: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 1000,
    expected: "a whole number, 0 to 1000",
  },
  lagMs: MILLISECONDS,
};

/** @throws TypeError that names the invalid fault and the values that it accepts */
export function parseFaults(input: unknown): Faults {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new TypeError(`faults must be an object with any of ${Object.keys(CHECKS).join(", ")}`);
  }
  for (const [name, value] of Object.entries(input)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof Faults] : undefined;
    if (!check) throw new TypeError(`unknown fault "${name}"; known: ${Object.keys(CHECKS).join(", ")}`);
    if (value !== undefined && !check.accepts(value)) throw new TypeError(`"${name}" must be ${check.expected}`);
  }
  return { ...input };
}
