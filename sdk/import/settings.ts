/** Returns settings that are given as `name=value`, or the first text that is not. */
export function settingsOf(texts: readonly string[]): { settings: Record<string, string> } | { invalid: string } {
  const invalid = texts.find((text) => text.indexOf("=") < 1);
  if (invalid !== undefined) return { invalid };
  const pairs = texts.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]);
  return { settings: Object.fromEntries(pairs) as Record<string, string> };
}
