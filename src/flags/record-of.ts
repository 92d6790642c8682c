import { type GenericSchema, type InferOutput, record, string } from "valibot";

/**
 * A schema for an object with any names. Valibot's own drops members called `constructor` and `prototype` without an
 * error, and takes a list for an object with the names 0, 1, and so on. Only `__proto__` must not occur here; the
 * callers refuse it before.
 */
export function recordOf<V extends GenericSchema>(
  value: V,
  message: string,
): GenericSchema<Record<string, InferOutput<V>>> {
  const schema = record(string(), value, message);
  const run = schema["~run"].bind(schema) as unknown as Run;
  const wrapped: { "~run": Run } = {
    ...schema,
    "~run": (dataset, config) => {
      const input = dataset.value;
      if (Array.isArray(input)) return run({ ...dataset, value: null }, config);
      if (!hasDropped(input)) return run(dataset, config);
      // The schema sees the names with a prefix, which no issue shows: a path is renamed back below.
      const result = run({ ...dataset, value: renamed(input, (name) => PREFIX + name) }, config);
      for (const issue of result.issues ?? []) {
        const [step] = issue.path ?? [];
        if (step !== undefined) step.key = String(step.key).slice(PREFIX.length);
      }
      return { ...result, value: renamed(result.value as object, (name) => name.slice(PREFIX.length)) };
    },
  };
  return wrapped as unknown as GenericSchema<Record<string, InferOutput<V>>>;
}

const PREFIX = "=";
const DROPPED = ["constructor", "prototype"];

interface Dataset {
  value: unknown;
  issues?: { path?: { key: unknown }[] }[];
}

type Run = (dataset: Dataset, config: unknown) => Dataset;

function hasDropped(input: unknown): input is object {
  return typeof input === "object" && input !== null && DROPPED.some((name) => Object.hasOwn(input, name));
}

function renamed(object: object, rename: (name: string) => string): object {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [rename(name), value as unknown]));
}
