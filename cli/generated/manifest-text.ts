import type { ManifestFlag } from "../../src/flags/formats/manifest.ts";

const SCHEMA = "https://raw.githubusercontent.com/open-feature/cli/refs/heads/main/schema/v0/flag-manifest.json";

/** Returns the text of a manifest file, which the generators of OpenFeature's command line read. */
export function manifestText(flags: readonly ManifestFlag[]): string {
  const entries = flags.map(({ key, type, defaultValue, description }) => [
    key,
    { flagType: type, defaultValue, ...(description === undefined ? {} : { description }) },
  ]);
  return `${JSON.stringify({ $schema: SCHEMA, flags: Object.fromEntries(entries) }, undefined, 2)}\n`;
}
