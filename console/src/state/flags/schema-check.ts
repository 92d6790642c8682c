import type { Flag } from "../../../../sdk/client/contract.ts";
import type { DescribedValues } from "../../../../src/flags/json-schema/validate-json-schema.ts";
import type { Problem } from "../../ui/fields/problem.ts";

/**
 * Returns the problems of a flag's JSON Schema, or the variants that do not fit it, as the API would. The code loads on
 * first use, because it brings the pattern engine. If it cannot be loaded, the API finds the problems.
 */
export async function schemaProblemsOf(flag: Flag): Promise<readonly Problem[]> {
  if (flag.jsonSchema == null) return [];
  try {
    const { validateJsonSchema } = await import("../../../../src/flags/json-schema/validate-json-schema.ts");
    return validateJsonSchema(flag as DescribedValues);
  } catch {
    return [];
  }
}
