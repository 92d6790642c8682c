/**
 * The bundled snapshots, by environment. This module has none; `npm run snapshot` writes one that replaces it through
 * an alias in the build (docs/reliability.md). Exported for the import of `#bundled-snapshot` in package.json.
 */
export const bundled: Readonly<Record<string, string>> = {};
