import { type InferOutput, optional, picklist } from "valibot";
import { FLAG_KINDS } from "../../../flags/document.ts";
import { cursorOf, limitOf, searchText } from "../page.ts";
import { environmentKey, fields } from "../shape.ts";

export const flagQueryEntries = {
  search: optional(searchText),
  tag: optional(searchText),
  kind: optional(picklist(FLAG_KINDS, `must be one of ${FLAG_KINDS.join(", ")}`)),
  limit: limitOf(50, 200),
  cursor: optional(cursorOf("key")),
};

export const flagQuery = fields(flagQueryEntries);

export type FlagQuery = InferOutput<typeof flagQuery>;

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
