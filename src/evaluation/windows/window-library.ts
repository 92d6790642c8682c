import * as preloaded from "#preloaded-windows";

/**
 * The code of recurring windows. Few rules have any, so the worker's bundle preloads nothing (dev/bundle.ts). Tools,
 * which start in other ways, do.
 */
let library: typeof preloaded | undefined = "compileWindows" in preloaded ? preloaded : undefined;

export function areWindowsLoaded(): boolean {
  return library !== undefined;
}

/** Loads the code. Requests share no promise, because one that waits for another's promise can wait forever. */
export async function loadWindows(): Promise<void> {
  library ??= await import("./windows.ts");
}

/** Returns the loaded code. */
export function loadedWindows(): typeof preloaded {
  if (library === undefined) throw new Error("a flag was compiled before the code of recurring windows was loaded");
  return library;
}
