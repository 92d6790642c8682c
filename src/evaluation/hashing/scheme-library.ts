import * as preloaded from "#preloaded-hash-schemes";

/**
 * The hash schemes of other systems. Only imported flags need them, so the worker's bundle preloads nothing
 * (dev/bundle.ts). Tools, which start in other ways, do.
 */
let library: typeof preloaded | undefined = "compileScheme" in preloaded ? preloaded : undefined;

export function areSchemesLoaded(): boolean {
  return library !== undefined;
}

/** Loads the schemes. Requests share no promise, because one that waits for another's promise can wait forever. */
export async function loadSchemes(): Promise<void> {
  library ??= await import("./schemes/compile-scheme.ts");
}

/** Returns the loaded schemes. */
export function loadedSchemes(): typeof preloaded {
  if (library === undefined) throw new Error("a flag was compiled before the hash schemes were loaded");
  return library;
}
