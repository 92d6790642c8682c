import type { ManifestFlag } from "../../src/flags/formats/manifest.ts";
import type { PropertySchema } from "./manifest-schema.ts";

const SCHEMA = "https://raw.githubusercontent.com/open-feature/cli/refs/heads/main/schema/v0/flag-manifest.json";

/** A flag in the manifest file, which has a place for the schema. The API of the manifest has none. */
export type ManifestFileFlag = ManifestFlag & { schema?: PropertySchema | undefined };

/** Returns the text of a manifest file, which the generators of OpenFeature's command line read. */
export function manifestText(flags: readonly ManifestFileFlag[]): string {
  const entries = flags.map(({ key, type, defaultValue, description, schema }) => [
    key,
    {
      flagType: type,
      defaultValue,
      ...(description === undefined ? {} : { description }),
      ...(schema === undefined ? {} : { schema }),
    },
  ]);
  return `${JSON.stringify({ $schema: SCHEMA, flags: Object.fromEntries(entries) }, undefined, 2)}\n`;
}
