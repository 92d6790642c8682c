/**
 * The states of some flags at each version of their environment, and the resolution of each state. The resolutions are
 * computed here, independently of the evaluator.
 */

export interface FlagState {
  /** The number of the write. It is part of every value, so that no two states have the same resolution. */
  write: number;
  enabled: boolean;
  /** Whether the flag is on only for the plan "pro". */
  isTargeted: boolean;
  /** The flag that must be on, or this one is off. */
  requires?: string | undefined;
}

export interface Resolution {
  value: unknown;
  variant: string | undefined;
  reason: string;
}

/** Returns the flag as the management API accepts it. */
export function flagBody(key: string, { write, enabled, isTargeted, requires }: FlagState): Record<string, unknown> {
  const pro = { attribute: "plan", operator: "equals", values: ["pro"] };
  return {
    key,
    type: "string",
    variants: { on: `${key} on ${write}`, off: `${key} off ${write}` },
    enabled,
    offVariant: "off",
    default: { variant: isTargeted ? "off" : "on" },
    rules: isTargeted ? [{ id: "pro", when: pro, serve: { variant: "on" } }] : [],
    prerequisites: requires === undefined ? [] : [{ flag: requires, variants: ["on"] }],
    clientVisible: true,
  };
}

export class FlagTruth {
  /** The states of each flag, oldest first. */
  readonly #states = new Map<string, { version: number; state: FlagState }[]>();

  get keys(): string[] {
    return [...this.#states.keys()].toSorted();
  }

  /** The newest version. */
  get newest(): number {
    return Math.max(0, ...[...this.#states.values()].map((states) => states.at(-1)?.version ?? 0));
  }

  record(version: number, key: string, state: FlagState): void {
    const states = this.#states.get(key) ?? [];
    states.push({ version, state });
    // Two writers can learn their versions in the opposite order.
    states.sort((a, b) => a.version - b.version);
    this.#states.set(key, states);
  }

  /** Returns the flag's resolution at a version, or `undefined` if the flag does not exist there. */
  at(version: number, key: string, plan: string): Resolution | undefined {
    const state = this.#states.get(key)?.findLast((one) => one.version <= version)?.state;
    if (!state) return undefined;
    const resolution = (variant: "on" | "off", reason: string): Resolution => ({
      value: `${key} ${variant} ${state.write}`,
      variant,
      reason,
    });
    if (!state.enabled) return resolution("off", "DISABLED");
    if (state.requires !== undefined && this.at(version, state.requires, plan)?.variant !== "on")
      return resolution("off", "DEFAULT");
    if (state.isTargeted) return plan === "pro" ? resolution("on", "TARGETING_MATCH") : resolution("off", "DEFAULT");
    return resolution("on", state.requires === undefined ? "STATIC" : "DEFAULT");
  }

  /** Returns whether the flag had this resolution at the version or at a later one. */
  wasSince(version: number, key: string, plan: string, { value, variant, reason }: Resolution): boolean {
    for (let at = version; at <= this.newest; at += 1) {
      const then = this.at(at, key, plan);
      if (then?.value === value && then?.variant === variant && then?.reason === reason) return true;
    }
    return false;
  }
}
