import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { fieldsOf, scalarText } from "../../lowering/source.ts";
import type { DraftProject, ImportOptions } from "../../types.ts";
import { ENTITY } from "./constraints.ts";
import { Namespace } from "./namespace.ts";
import { readSource } from "./source.ts";

/** Imports the flags and segments of one namespace: documents that `flipt export` writes, or `features.yaml`. */
export function importFlipt(input: unknown, options: ImportOptions): DraftProject {
  const source = readSource(input, options.environment);
  const namespace = new Namespace(source, options);
  return {
    flags: namespace.flags(),
    segments: namespace.segments(),
    refused: source.refused,
    toContext,
    fromResolution: (resolution, flagKey) => namespace.resultOf(resolution, flagKey),
  };
}

/** Returns the context that an OpenFeature user sends in place of `{ entityId, context }`. */
function toContext(request: unknown): EvaluationContext {
  const { entityId, context } = fieldsOf(request);
  return { ...(fieldsOf(context) as Record<string, JsonValue>), [ENTITY]: scalarText(entityId) };
}
