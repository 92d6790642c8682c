/** Splits a command line like a POSIX shell: it knows quotes, escaped quotes and line ends, and `$NAME`. */
export function shellWords(line: string, variables: Record<string, string>): string[] {
  const expand = (text: string) => text.replace(/\$([A-Z_]+)/g, (_, name: string) => variables[name] ?? "");
  const words: string[] = [];
  const parts = /\s+|\\\n|'([^']*)'|"([^"]*)"|\\(.)|([^\s'"\\]+)/gsy;
  let word: string | undefined;
  for (const [whole, single, double, escaped, bare] of line.matchAll(parts)) {
    const text = single ?? (double === undefined ? undefined : expand(double)) ?? escaped ?? (bare && expand(bare));
    if (text === undefined || whole === "\\\n") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + text;
    }
  }
  return word === undefined ? words : [...words, word];
}
