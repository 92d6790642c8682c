import * as preloaded from "#preloaded-windows";
import { LazyLibrary } from "../../ops/lazy-library.ts";

/** The code of recurring windows. Few rules have any. */
export const windowLibrary = new LazyLibrary<typeof preloaded>(
  "the code of recurring windows",
  "compileWindows" in preloaded ? preloaded : undefined,
  () => import("./windows.ts"),
);
