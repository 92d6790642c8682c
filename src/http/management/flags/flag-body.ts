import type { JsonObject } from "./flag-input.ts";
import { withKey } from "./flag-input.ts";
import type { BodySpec } from "../operation.ts";

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

export const MERGE_PATCH_TYPES = ["application/merge-patch+json", "application/json"] as const;

/** A merge patch of one thing; what comes out of merging is checked, not the patch. */
export function patchBody(schema: string, example: unknown): BodySpec<JsonObject> {
  return { schema, mediaTypes: MERGE_PATCH_TYPES, example, parse: (value, c) => withKey(value, c.req.param("key")) };
}

export const flagPatchBody = patchBody("FlagPatch", { enabled: false });
