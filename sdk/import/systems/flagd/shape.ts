import type { Shape } from "../../lowering/shape.ts";

export const FLAG: Shape = {
  fields: {
    state: "text",
    variants: { named: "any" },
    defaultVariant: "text",
    targeting: "any",
    metadata: { fields: {} },
  },
  needs: ["state", "variants"],
};
