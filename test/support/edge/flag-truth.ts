/** Every state that some flags ever had, by environment version, and what each evaluates to: worked out by hand, not by the evaluator. */

export interface FlagState {
  /** Which write made it: part of every value, so that no two states answer the same. */
  write: number;
  enabled: boolean;
  /** On for the plan "pro" only. */
  isTargeted: boolean;
  /** Off unless that flag is on. */
  requires?: string | undefined;
}

export interface Resolution {
  value: unknown;
  variant: string | undefined;
  reason: string;
}

/** The flag as the management API takes it. */
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
  /** Per flag, oldest first. */
  readonly #states = new Map<string, { version: number; state: FlagState }[]>();

  get keys(): string[] {
    return [...this.#states.keys()].toSorted();
  }

  /** The last version that there was. */
  get newest(): number {
    return Math.max(0, ...[...this.#states.values()].map((states) => states.at(-1)?.version ?? 0));
  }

  record(version: number, key: string, state: FlagState): void {
    const states = this.#states.get(key) ?? [];
    states.push({ version, state });
    // Two writers may hear of their versions in the other order.
    states.sort((a, b) => a.version - b.version);
    this.#states.set(key, states);
  }

  /** Undefined: there is no such flag at that version. */
  at(version: number, key: string, plan: string): Resolution | undefined {
    const state = this.#states.get(key)?.findLast((one) => one.version <= version)?.state;
    if (!state) return undefined;
    const answer = (variant: "on" | "off", reason: string): Resolution => ({
      value: `${key} ${variant} ${state.write}`,
      variant,
      reason,
    });
    if (!state.enabled) return answer("off", "DISABLED");
    if (state.requires !== undefined && this.at(version, state.requires, plan)?.variant !== "on")
      return answer("off", "DEFAULT");
    if (state.isTargeted) return plan === "pro" ? answer("on", "TARGETING_MATCH") : answer("off", "DEFAULT");
    return answer("on", state.requires === undefined ? "STATIC" : "DEFAULT");
  }

  /** Whether that was the answer at the version, or at a later one. */
  wasSince(version: number, key: string, plan: string, { value, variant, reason }: Resolution): boolean {
    for (let at = version; at <= this.newest; at += 1) {
      const then = this.at(at, key, plan);
      if (then?.value === value && then?.variant === variant && then?.reason === reason) return true;
    }
    return false;
  }
}
