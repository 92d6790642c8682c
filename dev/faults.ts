/** Faults that a local endpoint injects into the requests it gets. All optional; `{}` heals. */
export interface Faults {
  /** Waits this long before each request is applied. */
  latencyMs?: number;
  /** 0..1: share of requests answered with an error and not applied. */
  errorRate?: number;
  /** Accepts requests and never answers them; they are not applied. */
  hang?: boolean;
  /** Closes the connection at once, the nearest thing to a refused one that can still be healed over HTTP. */
  down?: boolean;
  /** Applies the request, then closes the connection without an answer. */
  dropAfterApply?: boolean;
}

const CHECKS: Record<keyof Faults, { accepts(value: unknown): boolean; expected: string }> = {
  latencyMs: {
    accepts: (value) => typeof value === "number" && value >= 0 && value <= 600_000,
    expected: "a number of milliseconds, 0 to 600000",
  },
  errorRate: {
    accepts: (value) => typeof value === "number" && value >= 0 && value <= 1,
    expected: "a number from 0 to 1",
  },
  hang: { accepts: isBoolean, expected: "true or false" },
  down: { accepts: isBoolean, expected: "true or false" },
  dropAfterApply: { accepts: isBoolean, expected: "true or false" },
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

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}
