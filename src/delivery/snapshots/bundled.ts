/**
 * Snapshots that were bundled at deploy, by environment: none. `npm run snapshot` writes another module of this form,
 * which takes this one's place in a build with an alias (docs/reliability.md).
 */
export const bundled: Readonly<Record<string, string>> = {};
