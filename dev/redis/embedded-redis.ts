/** A Redis inside this process, with the commands that caches need, Lua scripts, and a clock that tests can move. */
import { COMMANDS, type Command } from "./embedded-redis-commands.ts";
import { Keyspace } from "./keyspace.ts";
import { type LuaScripts, createLuaScripts } from "./lua.ts";
import { RedisError, type Reply, Status } from "./reply.ts";

export interface EmbeddedRedis {
  /** Runs one command. It is atomic, because everything here is synchronous. Throws a RedisError. */
  call(args: string[]): Reply;
  /** Throws if the command is unknown or has a wrong number of arguments, like Redis when it queues a command. */
  check(args: string[]): void;
}

export function createEmbeddedRedis(now: () => number = Date.now): EmbeddedRedis {
  const keyspace = new Keyspace(now);
  const scripts: LuaScripts = createLuaScripts((args, readOnly) => {
    const command = lookUp(args);
    if (SCRIPTING.has(nameOf(args))) throw new RedisError("ERR This Redis command is not allowed from script");
    if (readOnly && command.writes) throw new RedisError("ERR Write commands are not allowed from read-only scripts.");
    return command.run(keyspace, args.slice(1));
  });

  const evaluate = (args: string[]): Reply => {
    const [name = "", script = "", keyCount = "", ...rest] = args;
    const count = Number(keyCount);
    if (!Number.isInteger(count)) throw new RedisError("ERR value is not an integer or out of range");
    if (count < 0) throw new RedisError("ERR Number of keys can't be negative");
    if (count > rest.length) throw new RedisError("ERR Number of keys can't be greater than number of args");
    const readOnly = name.toUpperCase().endsWith("_RO");
    const sha = name.toUpperCase().startsWith("EVALSHA") ? script.toLowerCase() : scripts.load(script);
    return scripts.run(sha, rest.slice(0, count), rest.slice(count), readOnly);
  };

  const script = ([, verb = "", ...rest]: string[]): Reply => {
    switch (verb.toUpperCase()) {
      case "LOAD":
        return scripts.load(rest[0] ?? "");
      case "EXISTS":
        return rest.map((sha) => (scripts.has(sha.toLowerCase()) ? 1 : 0));
      case "FLUSH":
        scripts.flush();
        return new Status("OK");
      default:
        throw new RedisError(`ERR unknown subcommand '${verb}'. Try SCRIPT HELP.`);
    }
  };

  return {
    call(args) {
      const command = lookUp(args);
      const name = nameOf(args);
      if (name === "SCRIPT") return script(args);
      if (SCRIPTING.has(name)) return evaluate(args);
      return command.run(keyspace, args.slice(1));
    },
    check(args) {
      lookUp(args);
    },
  };
}

const SCRIPTING = new Set(["EVAL", "EVAL_RO", "EVALSHA", "EVALSHA_RO", "SCRIPT"]);
const SCRIPTING_COMMAND: Command = { arity: -3, writes: true, run: () => null };
const SCRIPT_COMMAND: Command = { arity: -2, writes: true, run: () => null };

function nameOf(args: string[]): string {
  return (args[0] ?? "").toUpperCase();
}

function lookUp(args: string[]): Command {
  const name = nameOf(args);
  const command = SCRIPTING.has(name) ? (name === "SCRIPT" ? SCRIPT_COMMAND : SCRIPTING_COMMAND) : COMMANDS.get(name);
  if (!command) {
    const rest = args.slice(1, 21).map((arg) => `'${arg.slice(0, 128)}' `);
    throw new RedisError(`ERR unknown command '${args[0] ?? ""}', with args beginning with: ${rest.join("")}`);
  }
  // Redis counts the command's own name. A negative arity is a minimum.
  if (command.arity >= 0 ? args.length !== command.arity : args.length < -command.arity) {
    throw new RedisError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  }
  return command;
}
