/** Something that the person at the terminal can put right; the message says what is wrong and what to do. */
export class DevError extends Error {
  override readonly name = "DevError";
}

/** The error's text, to stand inside a sentence. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}

/** The code of a system error: EADDRINUSE, ENOENT… */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
