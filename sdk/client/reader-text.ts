/** A reader in a document or in a trace. */
export type Read = string | Readonly<Record<string, string | number | undefined>>;

/** Describes how an attribute is read: `number`, `the remainder of division by 3`, `the age in days`. */
export function readingText(read: Read): string {
  if (typeof read === "string") return read;
  const { modulo, age, sha256, first, last } = read;
  if (modulo !== undefined) return `the remainder of division by ${modulo}`;
  if (age !== undefined) return `the age in ${age}`;
  const bytes = first ?? last;
  const part = bytes === undefined ? "" : ` of the ${first === undefined ? "last" : "first"} ${bytes} bytes`;
  // In quotes, because a salt can be any text.
  return `the SHA-256${part} with the salt ${JSON.stringify(sha256)}`;
}
