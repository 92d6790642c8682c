/** Buckets as another system computes them. The editors of percentages know only the native buckets. */
import { NATIVE_SCHEME } from "../../../../src/flags/document.ts";

export const FOREIGN_HINT = "Change it in a project file or through the API, because its buckets are those of";

export function isForeign({ hash = NATIVE_SCHEME }: { hash?: string | undefined }): boolean {
  return hash !== NATIVE_SCHEME;
}
