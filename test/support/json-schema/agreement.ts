import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { ValueChecker } from "../../../src/flags/json-schema/check-value.ts";
import { schemaProblems } from "../../../src/flags/json-schema/schema-problems.ts";
import { RandomSchemas } from "./random-schema.ts";

const VALUES_PER_SCHEMA = 20;

export interface Agreement {
  accepted: number;
  refused: number;
  /** The schemas that are refused because they would never end. */
  loops: number;
  /** The values for which the code that Ajv generates throws, so that nothing can be compared. */
  crashes: number;
  differences: unknown[];
}

/** Compares the checks of random values with Ajv, which compiles its schemas to code. */
export function compareWithAjv(seeds: { from: number; to: number }): Agreement {
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    meta: false,
    validateSchema: false,
    unevaluated: false,
    ownProperties: true,
  });
  const result: Agreement = { accepted: 0, refused: 0, loops: 0, crashes: 0, differences: [] };
  for (let seed = seeds.from; seed < seeds.to; seed++) {
    const random = new RandomSchemas(seed);
    const schema = random.schema();
    const problems = schemaProblems(schema);
    if (problems.length > 0) {
      if (problems.every(({ detail }) => detail.includes("refers to itself"))) result.loops++;
      else result.differences.push({ seed, schema, problems });
      continue;
    }
    const validate = ajv.compile(schema);
    const checker = new ValueChecker(schema, "/jsonSchema");
    for (let i = 0; i < VALUES_PER_SCHEMA; i++) {
      const value = random.value(schema);
      const errors = checker.check(value, "");
      const isValid = verdict(validate, value);
      if (isValid === undefined) {
        result.crashes++;
        continue;
      }
      result[isValid ? "accepted" : "refused"]++;
      if (isValid !== (errors.length === 0))
        result.differences.push({ seed, schema, value, errors, ajv: validate.errors });
    }
  }
  return result;
}

function verdict(validate: ValidateFunction, value: unknown): boolean | undefined {
  try {
    return validate(value);
  } catch {
    return undefined;
  }
}
