import type { Argument, Command, Option } from "commander";
import { SYSTEM_NAMES } from "../../sdk/import/index.ts";
import { type Client, createClient } from "../../sdk/client/client.ts";
import type { GlobalOptions } from "../session.ts";
import { readProfiles, resolveTarget } from "../profile/profile.ts";
import type { Terminal } from "../terminal.ts";

/** A possible next word. */
export interface Suggestion {
  word: string;
  description: string;
}

/** A short timeout, because a person is waiting for the suggestions. */
const PATIENCE_MS = 1500;
const MAX_KEYS = "200";

/** Returns completions of the last word. Never fails: after an error there are no suggestions. */
export async function complete(program: Command, terminal: Terminal, words: readonly string[]): Promise<Suggestion[]> {
  const last = words.at(-1) ?? "";
  const typed = readWords(program, words.slice(0, -1));
  const found = await suggestions(program, terminal, typed, last).catch(() => []);
  return found.filter(({ word }) => word.startsWith(last));
}

interface Typed {
  command: Command;
  /** The option whose value is the last word. */
  open: Option | undefined;
  positional: string[];
  values: GlobalOptions & Record<string, string>;
}

/** Follows the words down to the command that they name. */
function readWords(program: Command, words: readonly string[]): Typed {
  const typed: Typed = { command: program, open: undefined, positional: [], values: {} };
  for (const word of words) {
    if (typed.open !== undefined && !word.startsWith("-")) {
      typed.values[typed.open.attributeName()] = word;
      if (!typed.open.variadic) typed.open = undefined;
    } else if (word.startsWith("-")) {
      const option = optionsOf(typed.command).find(({ short, long }) => word === short || word === long);
      typed.open = option?.required === true || option?.optional === true ? option : undefined;
    } else {
      const next = typed.command.commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (next !== undefined && typed.positional.length === 0) typed.command = next;
      else typed.positional.push(word);
    }
  }
  return typed;
}

async function suggestions(
  program: Command,
  terminal: Terminal,
  { command, open, positional, values }: Typed,
  last: string,
): Promise<Suggestion[]> {
  if (last.startsWith("-")) {
    return optionsOf(command).map(({ long, short, description }) => ({ word: long ?? short ?? "", description }));
  }
  const [first] = positional;
  const typed = { values, last, first };
  if (open !== undefined) {
    const name = open.attributeName();
    // `copy --to` names an environment, and `flags rollout --to` a variant.
    const isVariant = command.name() === "rollout" && ["to", "rest"].includes(name);
    return await valuesOf(isVariant ? "flags variant" : name, open, terminal, typed);
  }
  const commands = program.createHelp().visibleCommands(command);
  const subcommands = commands.map((one) => ({ word: one.name(), description: one.description() }));
  if (subcommands.length > 0) return subcommands;
  const expected = command.registeredArguments;
  const next = expected[positional.length] ?? (expected.at(-1)?.variadic === true ? expected.at(-1) : undefined);
  if (next === undefined) return [];
  // The kind of keys: for `flags get` it is the group `flags`, for `copy` the command itself.
  const kind = (command.parent?.parent == null ? command : command.parent).name();
  return await valuesOf(`${kind} ${next.name()}`, next, terminal, typed);
}

function optionsOf(command: Command): Option[] {
  const own = command.createHelp().visibleOptions(command);
  return command.parent === null ? own : [...own, ...optionsOf(command.parent).filter(({ long }) => long !== "--help")];
}

/** The typed parts of a command line: its options, its last word and the first argument of its command. */
interface Line {
  values: Typed["values"];
  last: string;
  first: string | undefined;
}

/** @param name the name of an option, or of an argument after its group of commands */
async function valuesOf(
  name: string,
  { argChoices }: Option | Argument,
  terminal: Terminal,
  { values, last, first }: Line,
): Promise<Suggestion[]> {
  if (argChoices !== undefined) return argChoices.map((word) => ({ word, description: "" }));
  const client = async (): Promise<Client> => {
    const { url, token, headers } = await resolveTarget(values, terminal);
    return createClient({ url, token: () => token, headers, fetch: terminal.fetch, timeoutMs: PATIENCE_MS });
  };
  const environment = async () => (await resolveTarget(values, terminal)).environment ?? "";
  const one = { limit: MAX_KEYS };
  switch (name) {
    case "profile":
    case "profiles name":
      return Object.entries((await readProfiles(terminal)).profiles).map(([word, { url }]) => ({
        word,
        description: url,
      }));
    case "import system":
    case "shadow system":
      return SYSTEM_NAMES.map((word) => ({ word, description: "" }));
    case "environment":
    case "environments":
    case "from":
    case "to":
    case "copyFrom":
    case "env key":
      return (await (await client()).call("listEnvironments")).body.items.map(({ key, name: description }) => ({
        word: key,
        description,
      }));
    case "flag":
    case "flags key":
    case "flags keys":
    case "copy keys":
    case "evaluate keys":
    case "explain key": {
      const env = values["from"] ?? (await environment());
      const flags = await client();
      // A page has only the first keys of a large project, so the deployment searches for the typed part.
      const query = last === "" ? one : { ...one, search: last };
      // The environment may follow the key on the command line.
      const { body } =
        env === ""
          ? await flags.call("listDefinitions", { query })
          : await flags.call("listFlags", { path: { env }, query });
      return body.items.map(({ key, description = "" }) => ({
        word: key,
        description: description.split("\n")[0] ?? "",
      }));
    }
    case "flags variant": {
      if (first === undefined) return [];
      const [env, flags] = [await environment(), await client()];
      const { body } =
        env === ""
          ? await flags.call("getDefinition", { path: { key: first } })
          : await flags.call("getFlag", { path: { env, key: first } });
      return Object.entries(body.variants).map(([word, value]) => ({ word, description: JSON.stringify(value) }));
    }
    case "segments key": {
      const { body } = await (await client()).call("listSegments", { path: { env: await environment() }, query: one });
      return body.items.map(({ key, name: description }) => ({ word: key, description }));
    }
    default:
      return [];
  }
}
