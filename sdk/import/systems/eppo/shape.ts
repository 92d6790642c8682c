import type { Shape } from "../../lowering/shape.ts";

export const FLAG: Shape = {
  fields: {
    enabled: "boolean",
    variationType: "text",
    variations: { named: { fields: { key: "text" } } },
    totalShards: "number",
    allocations: {
      list: {
        fields: {
          key: "text",
          startAt: "text",
          endAt: "text",
          rules: {
            list: {
              fields: {
                conditions: { list: { fields: { attribute: "text", operator: "text" }, needs: ["attribute"] } },
              },
              needs: ["conditions"],
            },
          },
          splits: {
            list: {
              fields: {
                variationKey: "text",
                shards: {
                  list: {
                    fields: {
                      salt: "text",
                      totalShards: "number",
                      ranges: { list: { fields: { start: "number", end: "number" }, needs: ["start", "end"] } },
                    },
                    needs: ["ranges"],
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  needs: ["enabled", "variationType", "variations", "allocations"],
};
