import type { Shape } from "../../lowering/shape.ts";

const STEP: Shape = { fields: { variation: "text", percentage: "number", date: "text" } };

const RULE: Shape = {
  fields: {
    name: "text",
    query: "text",
    variation: "text",
    percentage: { named: "number" },
    progressiveRollout: { fields: { initial: STEP, end: STEP } },
    disable: "boolean",
  },
};

const EXPERIMENT: Shape = { fields: { start: "text", end: "text" } };

/** The parts of a flag that its steps can change. */
const STATE: Record<string, Shape> = {
  variations: { named: "any" },
  targeting: { list: RULE },
  defaultRule: RULE,
  disable: "boolean",
  experimentation: EXPERIMENT,
  trackEvents: "boolean",
};

export const FLAG: Shape = {
  fields: {
    ...STATE,
    bucketingKey: "text",
    scheduledRollout: { list: { fields: { ...STATE, date: "text" } } },
    metadata: { fields: {} },
  },
};
