import { shellWords } from "../../support/shell-words.ts";

/** Runs one program with its arguments, its input, and the variables set before it. */
export type Program = (args: string[], given: { input: string; env: Record<string, string> }) => Promise<Output>;

export interface Output {
  code: number;
  text: string;
}

/** `NAME="$(command)"`, `NAME=$(command)` or `NAME=text`. */
const ASSIGNMENT = /^(?:export )?([A-Z_]+)=(?:"\$\((.*)\)"|\$\((.*)\)|("[^"]*"|'[^']*'|\S*))$/;

/**
 * The part of a shell that the pages use: `NAME=value`, `NAME=$(…)`, `export` before either, variables before a
 * command, `|`, `> file`, and quotes. Other syntax fails as an unknown program.
 */
export class Shell {
  readonly variables: Record<string, string>;
  readonly #programs: Record<string, Program>;
  readonly #write: (file: string, text: string) => Promise<void>;

  constructor(options: {
    variables: Record<string, string>;
    programs: Record<string, Program>;
    write: (file: string, text: string) => Promise<void>;
  }) {
    this.variables = options.variables;
    this.#programs = options.programs;
    this.#write = options.write;
  }

  async run(line: string): Promise<Output> {
    const [, name, quoted, bare, text] = ASSIGNMENT.exec(line) ?? [];
    const command = quoted ?? bare;
    if (name === undefined) return await this.#pipe(line);
    if (command === undefined) {
      this.variables[name] = this.#words(text ?? "")[0] ?? "";
      return { code: 0, text: "" };
    }
    const output = await this.#pipe(command);
    this.variables[name] = output.text.trim();
    return { code: output.code, text: "" };
  }

  async #pipe(line: string): Promise<Output> {
    const [, pipe = line, file] = /^(.*?) > (\S+)$/.exec(line) ?? [];
    let output: Output = { code: 0, text: "" };
    for (const part of pipe.split(" | ")) output = await this.#program(part, output.text);
    if (file === undefined) return output;
    await this.#write(file, output.text);
    return { code: output.code, text: "" };
  }

  async #program(part: string, input: string): Promise<Output> {
    const words = this.#words(part);
    const env: Record<string, string> = {};
    for (let word = words[0]; word !== undefined && /^[A-Z_]+=/.test(word); word = words[0]) {
      env[word.slice(0, word.indexOf("="))] = word.slice(word.indexOf("=") + 1);
      words.shift();
    }
    const [name = "", ...args] = words;
    const program = this.#programs[name];
    if (program === undefined) return { code: 127, text: `${name}: not a program that the pages are tested with` };
    return await program(args, { input, env });
  }

  #words(text: string): string[] {
    return shellWords(text, this.variables);
  }
}
