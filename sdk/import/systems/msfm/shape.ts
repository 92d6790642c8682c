import type { Shape } from "../../lowering/shape.ts";

/** An allocation of a list of users or groups to a variant. */
const allocated = (list: string): Shape => ({ list: { fields: { variant: "text", [list]: { list: "text" } } } });

/** The parts of a flag in the schema of version 2. The filters check their parameters themselves. */
export const FEATURE: Shape = {
  fields: {
    id: "text",
    description: "text",
    display_name: "text",
    conditions: {
      fields: { client_filters: { list: { fields: { name: "text", parameters: { fields: {} } }, needs: ["name"] } } },
    },
    variants: { list: { fields: { name: "text", configuration_reference: "text" }, needs: ["name"] } },
    allocation: {
      fields: {
        default_when_enabled: "text",
        default_when_disabled: "text",
        user: allocated("users"),
        group: allocated("groups"),
        percentile: { list: { fields: { variant: "text" } } },
        seed: "text",
      },
    },
    telemetry: { fields: {} },
  },
};

/** The parameters of Microsoft.Targeting. */
export const TARGETING: Shape = {
  fields: {
    Audience: {
      fields: {
        Users: { list: "text" },
        Groups: { list: { fields: { Name: "text" }, needs: ["Name"] } },
        Exclusion: { fields: { Users: { list: "text" }, Groups: { list: "text" } } },
      },
    },
  },
};
