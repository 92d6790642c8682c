/** Faults that a local endpoint injects into the requests it gets. All optional; `{}` heals. */
export interface Faults {
  /** Waits this long before each request is applied. */
  latencyMs?: number;
  /** 0..1: share of requests answered with an error and not applied. */
  errorRate?: number;
  /** Accepts requests and never answers them; they are not applied. */
  hang?: boolean;
  /** Closes each connection at its first request, without an answer. */
  down?: boolean;
  /** Listens to nobody for so long (ms), and then again: /__faults is refused like everything else. */
  refuseForMs?: number;
  /** Answers 200 and a page that is no JSON; nothing is applied. */
  garbage?: boolean;
  /** Answers 200 and JSON that is no answer of this protocol, of another shape each time; nothing is applied. */
  wrongType?: boolean;
  /** Applies the request, sends half of the answer and closes the connection. */
  truncate?: boolean;
  /** Applies the request, then closes the connection without an answer. */
  dropAfterApply?: boolean;
  /** Reads are answered by a replica that has each write so much later (ms). Of the Upstash endpoint only. */
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
  lagMs: MILLISECONDS,
};

/** Throws a TypeError that names the field and what it accepts. */
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
