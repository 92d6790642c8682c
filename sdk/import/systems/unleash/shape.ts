import type { Shape } from "../../lowering/shape.ts";

const VARIANTS: Shape = {
  list: {
    fields: {
      name: "text",
      weight: "number",
      payload: { fields: {} },
      stickiness: "text",
      overrides: { list: { fields: { contextName: "text", values: { list: "text" } } } },
    },
    needs: ["name", "weight"],
  },
};

const CONSTRAINTS: Shape = {
  list: {
    fields: {
      contextName: "text",
      operator: "text",
      values: { list: "text" },
      inverted: "boolean",
      caseInsensitive: "boolean",
    },
    needs: ["contextName", "operator"],
  },
};

export const FEATURE: Shape = {
  fields: {
    enabled: "boolean",
    strategies: {
      list: {
        fields: {
          name: "text",
          parameters: { fields: {} },
          constraints: CONSTRAINTS,
          segments: { list: "number" },
          variants: VARIANTS,
        },
        needs: ["name"],
      },
    },
    variants: VARIANTS,
    dependencies: {
      list: { fields: { feature: "text", enabled: "boolean", variants: { list: "text" } }, needs: ["feature"] },
    },
    impressionData: "boolean",
    description: "text",
    tags: { list: { fields: {} } },
    type: "text",
    project: "text",
    stale: "boolean",
  },
  needs: ["enabled", "strategies"],
};

export const SEGMENT: Shape = { fields: { name: "text", constraints: CONSTRAINTS } };
