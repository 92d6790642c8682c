import type { Shape } from "../../lowering/shape.ts";

const TARGETS: Shape = { list: { fields: { values: { list: "text" }, contextKind: "text" } } };

const CLAUSES: Shape = {
  list: { fields: { attribute: "text", op: "text", values: { list: "any" }, negate: "boolean", contextKind: "text" } },
};

const RESULT = {
  variation: "number",
  rollout: {
    fields: {
      kind: "text",
      contextKind: "text",
      bucketBy: "text",
      seed: "number",
      variations: { list: { fields: { variation: "number", weight: "number", untracked: "boolean" } } },
    },
  },
} as const satisfies Record<string, Shape>;

export const FLAG: Shape = {
  fields: {
    on: "boolean",
    variations: { list: "any" },
    offVariation: "number",
    fallthrough: { fields: RESULT },
    targets: TARGETS,
    contextTargets: TARGETS,
    rules: { list: { fields: { ...RESULT, id: "text", clauses: CLAUSES }, needs: ["clauses"] } },
    prerequisites: { list: { fields: { key: "text", variation: "number" } } },
    salt: "text",
    temporary: "boolean",
  },
  needs: ["on", "variations"],
};

export const SEGMENT: Shape = {
  fields: {
    included: { list: "text" },
    excluded: { list: "text" },
    includedContexts: TARGETS,
    excludedContexts: TARGETS,
    rules: {
      list: {
        fields: { clauses: CLAUSES, weight: "number", bucketBy: "text", rolloutContextKind: "text" },
      },
    },
    salt: "text",
    unbounded: "boolean",
  },
};
