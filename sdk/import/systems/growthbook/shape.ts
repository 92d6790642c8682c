import type { Shape } from "../../lowering/shape.ts";

const RANGES: Shape = { list: { list: "number" } };

export const FEATURE: Shape = {
  fields: {
    rules: {
      list: {
        fields: {
          id: "text",
          condition: { fields: {} },
          parentConditions: {
            list: { fields: { id: "text", condition: { fields: {} }, gate: "boolean" }, needs: ["id", "condition"] },
          },
          coverage: "number",
          hashAttribute: "text",
          hashVersion: "number",
          seed: "text",
          key: "text",
          range: { list: "number" },
          ranges: RANGES,
          filters: {
            list: { fields: { attribute: "text", seed: "text", hashVersion: "number", ranges: RANGES } },
          },
          namespace: { list: "any" },
          variations: { list: "any" },
          weights: { list: "number" },
          meta: { list: { fields: { key: "text", name: "text", passthrough: "boolean" } } },
        },
      },
    },
  },
};
