import type { Shape } from "../../lowering/shape.ts";

const MATCHERS: Shape = {
  fields: {
    combiner: "text",
    matchers: {
      list: {
        fields: {
          matcherType: "text",
          negate: "boolean",
          keySelector: { fields: { attribute: "text" } },
          whitelistMatcherData: { fields: { whitelist: { list: "text" } } },
          unaryNumericMatcherData: { fields: { dataType: "text", value: "number" } },
          betweenMatcherData: { fields: { dataType: "text", start: "number", end: "number" } },
          betweenStringMatcherData: { fields: { start: "text", end: "text" } },
          booleanMatcherData: "boolean",
          stringMatcherData: "text",
          dependencyMatcherData: { fields: { split: "text", treatments: { list: "text" } } },
          userDefinedSegmentMatcherData: { fields: { segmentName: "text" } },
        },
        needs: ["matcherType"],
      },
    },
  },
};

export const SPLIT: Shape = {
  fields: {
    status: "text",
    killed: "boolean",
    seed: "number",
    algo: "number",
    trafficAllocation: "number",
    trafficAllocationSeed: "number",
    defaultTreatment: "text",
    conditions: {
      list: {
        fields: {
          conditionType: "text",
          matcherGroup: MATCHERS,
          label: "text",
          partitions: { list: { fields: { treatment: "text", size: "number" }, needs: ["treatment", "size"] } },
        },
        needs: ["matcherGroup"],
      },
    },
    prerequisites: { list: { fields: { n: "text", ts: { list: "text" } }, needs: ["n", "ts"] } },
    configurations: { named: "text" },
    sets: { list: "text" },
  },
  needs: ["defaultTreatment", "conditions"],
};

export const RULE_SEGMENT: Shape = {
  fields: {
    status: "text",
    excluded: {
      fields: {
        keys: { list: "text" },
        segments: { list: { fields: { type: "text", name: "text" }, needs: ["type", "name"] } },
      },
    },
    conditions: { list: { fields: { matcherGroup: MATCHERS }, needs: ["matcherGroup"] } },
  },
};
