/** Parts of the messages about values that do not fit their schema. They are short, however long the schema is. */

const MAX_CHARACTERS = 60;
const MAX_TEXTS = 10;

/** Returns a value as JSON, cut off if it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}

/** Returns texts as a list in a sentence. */
export function listed(texts: readonly string[], word = "or"): string {
  if (texts.length > MAX_TEXTS)
    return `${texts.slice(0, MAX_TEXTS).join(", ")} ${word} ${texts.length - MAX_TEXTS} others`;
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} ${word} ${texts.at(-1)}`;
}

/** Returns a number of things, such as "2 properties". */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : noun.replace(/y$/, "ie")}${count === 1 ? "" : "s"}`;
}
