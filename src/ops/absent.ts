/** Stands in for optional packages that the bundle must not contain (wrangler.toml, [alias]). */
export {};
