import type { Shape } from "../../lowering/shape.ts";

export const STATE: Shape = {
  fields: {
    feature: { fields: { name: "text" }, needs: ["name"] },
    enabled: "boolean",
    django_id: "number",
    mv_hashing_salt: "number",
    featurestate_uuid: "text",
    feature_segment: { fields: { priority: "number" } },
    multivariate_feature_state_values: {
      list: {
        fields: {
          id: "number",
          mv_fs_value_uuid: "text",
          percentage_allocation: "number",
          multivariate_feature_option: { fields: {} },
        },
        needs: ["percentage_allocation", "multivariate_feature_option"],
      },
    },
  },
  needs: ["feature", "enabled"],
};

/** A whole document, apart from what its features and rules contain. */
export const DOCUMENT: Shape = {
  fields: {
    api_key: "text",
    feature_states: { list: "any" },
    project: {
      fields: { segments: { list: { fields: { feature_states: { list: STATE }, name: "text" }, needs: ["id"] } } },
    },
    identity_overrides: {
      list: {
        fields: { identifier: "text", identity_features: { list: STATE } },
        needs: ["identifier", "identity_features"],
      },
    },
    use_identity_composite_key_for_hashing: "boolean",
  },
  needs: ["api_key", "project"],
};

/** Rules contain rules, which are checked as they are lowered. */
export const RULE: Shape = {
  fields: {
    type: "text",
    rules: { list: { fields: {} } },
    conditions: { list: { fields: { operator: "text", property_: "text", property: "text" }, needs: ["operator"] } },
  },
  needs: ["type"],
};

export const SEGMENT: Shape = { fields: { rules: { list: { fields: {} } } } };
