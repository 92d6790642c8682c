/** A problem that the user can fix. The message says what is wrong and what to do. */
export class DevError extends Error {
  override readonly name = "DevError";
}

/** Returns the error's message without a final period, for use inside a sentence. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}

/** Returns the code of a system error (EADDRINUSE, ENOENT…), or `undefined` for other errors. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
