import * as preloaded from "#preloaded-hash-schemes";
import { LazyLibrary } from "../../ops/lazy-library.ts";

/** The hash schemes of other systems, and the hash of the reader `sha256`. Only imported flags need them. */
export const schemeLibrary = new LazyLibrary<typeof preloaded>(
  "the library of hash schemes",
  "compileScheme" in preloaded ? preloaded : undefined,
  () => import("./schemes/compile-scheme.ts"),
);
