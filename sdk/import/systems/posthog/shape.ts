import type { Shape } from "../../lowering/shape.ts";

const PROPERTIES: Shape = { list: { fields: { type: "text", operator: "text", negation: "boolean" } } };

export const FLAG: Shape = {
  fields: {
    active: "boolean",
    ensure_experience_continuity: "boolean",
    bucketing_identifier: "text",
    filters: {
      fields: {
        groups: {
          list: {
            fields: {
              properties: PROPERTIES,
              rollout_percentage: "number",
              variant: "text",
              aggregation_group_type_index: "number",
            },
          },
        },
        multivariate: {
          fields: {
            variants: {
              list: { fields: { key: "text", rollout_percentage: "number" }, needs: ["key", "rollout_percentage"] },
            },
          },
        },
        payloads: { fields: {} },
        aggregation_group_type_index: "number",
        early_exit: "boolean",
        holdout: { fields: {} },
      },
    },
  },
  needs: ["active", "filters"],
};

export const COHORT: Shape = { fields: { type: "text", values: { list: { fields: {} } } } };
