import { type InferOutput, optional, picklist } from "valibot";
import { FLAG_KINDS, LIFETIMES } from "../../../flags/document.ts";
import { FLAG_STATES } from "../../../flags/lifecycle/flag-state.ts";
import type { FlagFilter } from "../../../store/lists/flags.ts";
import { cursorOf, limitOf, searchText } from "../page.ts";
import { environmentKey, fields } from "../shape.ts";

/** One of these names. */
export const oneOf = <const T extends readonly string[]>(names: T) =>
  picklist(names, `must be one of ${names.join(", ")}`);

export const flagQueryEntries = {
  search: optional(searchText),
  tag: optional(searchText),
  kind: optional(oneOf(FLAG_KINDS)),
  lifetime: optional(oneOf(LIFETIMES)),
  expired: optional(oneOf(["true", "false"])),
  limit: limitOf(50, 200),
  cursor: optional(cursorOf("key")),
};

/** Archived flags are in no environment. */
const LIVE_STATES = FLAG_STATES.filter((name) => name !== "archived");

export const flagQuery = fields({
  ...flagQueryEntries,
  state: optional(oneOf(LIVE_STATES)),
  /** Whether to say in which environments each flag is on. */
  everywhere: optional(oneOf(["true", "false"])),
});

export type FlagQuery = InferOutput<typeof flagQuery>;

/** Returns the filter of a list as the store takes it. */
export function filterOf<Q extends { expired?: "true" | "false" | undefined }>(
  { expired, ...query }: Q,
  now: number,
): Omit<Q, "expired"> & Pick<FlagFilter, "expiry"> {
  const at = new Date(now).toISOString();
  return { ...query, ...(expired === undefined ? {} : { expiry: { reached: expired === "true", at } }) };
}

export const updateQuery = fields({ environment: environmentKey });

export const FLAG_EXAMPLE = {
  key: "checkout-redesign",
  kind: "flag",
  type: "boolean",
  variants: { on: true, off: false },
  enabled: true,
  offVariant: "off",
  rules: [
    {
      id: "staff",
      when: { attribute: "email", operator: "ends_with", values: ["@acme.com"] },
      serve: { variant: "on" },
    },
  ],
  default: {
    rollout: {
      weights: [
        ["on", 25_000],
        ["off", 75_000],
      ],
    },
  },
  clientVisible: true,
};
