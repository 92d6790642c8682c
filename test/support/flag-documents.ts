import { type FlagDocument, SCHEMA_VERSION } from "../../src/flags/document.ts";

/** Creates a flag document. Documents of one flag differ by their version. */
export function aFlagDocument(key: string, version = 1, overrides: Partial<FlagDocument> = {}): FlagDocument {
  return {
    schemaVersion: SCHEMA_VERSION,
    key,
    kind: "flag",
    type: "boolean",
    version,
    enabled: true,
    variants: { on: true, off: false },
    offVariant: "off",
    default: { variant: "on" },
    rules: [],
    prerequisites: [],
    clientVisible: true,
    metadata: {},
    ...overrides,
  };
}
