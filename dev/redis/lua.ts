/**
 * Redis's Lua scripting on fengari. Two differences from Redis's Lua 5.1 remain. Integers have 32 bits: a larger number
 * is a float, and `..` writes a float with ".0", so scripts must pass large numbers as strings. There is no cjson.
 */
import { createHash } from "node:crypto";
import { lauxlib, lua, lualib, type LuaState, to_luastring } from "fengari";
import { OK, RedisError, type Reply, Status } from "./reply.ts";

export interface LuaScripts {
  /** Compiles a script once and returns its SHA-1. Throws a RedisError for a syntax error. */
  load(script: string): string;
  has(sha: string): boolean;
  /** Runs a loaded script. Throws NOSCRIPT for an unknown `sha`. */
  run(sha: string, keys: string[], args: string[], readOnly: boolean): Reply;
  flush(): void;
}

/** Restores the Lua 5.1 names that 5.3 moved, and adds Redis's guard against accidental globals. */
const PRELUDE = `
unpack = table.unpack
math.pow = function(a, b) return a ^ b end
local to_string = tostring
tostring = function(v) if math.type(v) == "float" then return string.format("%.14g", v) end return to_string(v) end
dofile, loadfile, print = nil, nil, nil
redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING = 0, 1, 2, 3
redis.log = function() end
redis.error_reply = function(text) return { err = string.find(text, "^%-") and string.sub(text, 2) or "ERR " .. text } end
redis.status_reply = function(text) return { ok = text } end
local err, set_mt = error, setmetatable
set_mt(_G, {
  __newindex = function() err("Attempt to modify a readonly table", 2) end,
  __index = function(_, name) err("Script attempted to access nonexistent global variable '" .. to_string(name) .. "'", 2) end,
})
`;

/** @param call runs one command of a script; it throws RedisErrors */
export function createLuaScripts(call: (args: string[], readOnly: boolean) => Reply): LuaScripts {
  const L = lauxlib.luaL_newstate();
  const compiled = new Map<string, number>();
  let readOnly = false;

  const redisFunction =
    (raises: boolean) =>
    (state: LuaState): number => {
      try {
        pushReply(state, call(readArguments(state), readOnly));
        return 1;
      } catch (error) {
        if (!(error instanceof RedisError)) throw error;
        lua.lua_createtable(state, 0, 1);
        pushText(state, error.message);
        lua.lua_setfield(state, -2, ERR);
        return raises ? lua.lua_error(state) : 1;
      }
    };

  openLibraries(L);
  lua.lua_createtable(L, 0, 8);
  lua.lua_pushcfunction(L, redisFunction(true));
  lua.lua_setfield(L, -2, to_luastring("call"));
  lua.lua_pushcfunction(L, redisFunction(false));
  lua.lua_setfield(L, -2, to_luastring("pcall"));
  lua.lua_setglobal(L, to_luastring("redis"));
  pushCompiled(L, PRELUDE, "@prelude");
  if (lua.lua_pcall(L, 0, 0, 0) !== lua.LUA_OK) throw new Error(`Lua prelude: ${popText(L)}`);

  const load = (script: string): string => {
    const sha = createHash("sha1").update(script).digest("hex");
    if (!compiled.has(sha)) {
      pushCompiled(L, script, "@user_script");
      compiled.set(sha, lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX));
    }
    return sha;
  };

  return {
    load,
    has: (sha) => compiled.has(sha),
    run(sha, keys, args, isReadOnly) {
      const ref = compiled.get(sha);
      if (ref === undefined) throw new RedisError("NOSCRIPT No matching script. Please use EVAL.");
      readOnly = isReadOnly;
      setList(L, KEYS, keys);
      setList(L, ARGV, args);
      lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, ref);
      try {
        if (lua.lua_pcall(L, 0, 1, 0) !== lua.LUA_OK)
          throw new RedisError(`${errorText(L)} script: ${sha}, on @user_script.`);
        return readReply(L, -1);
      } finally {
        lua.lua_settop(L, 0);
      }
    },
    flush() {
      for (const ref of compiled.values()) lauxlib.luaL_unref(L, lua.LUA_REGISTRYINDEX, ref);
      compiled.clear();
    },
  };
}

const KEYS = to_luastring("KEYS");
const ARGV = to_luastring("ARGV");
const ERR = to_luastring("err");
const OK_FIELD = to_luastring("ok");
const INT32 = 2 ** 31;

function openLibraries(L: LuaState): void {
  const libraries = {
    _G: lualib.luaopen_base,
    table: lualib.luaopen_table,
    string: lualib.luaopen_string,
    math: lualib.luaopen_math,
  };
  for (const [name, open] of Object.entries(libraries)) {
    lauxlib.luaL_requiref(L, to_luastring(name), open, 1);
    lua.lua_pop(L, 1);
  }
}

function pushCompiled(L: LuaState, code: string, name: string): void {
  const bytes = Buffer.from(code);
  if (lauxlib.luaL_loadbuffer(L, bytes, bytes.length, to_luastring(name)) === lua.LUA_OK) return;
  throw new RedisError(`ERR Error compiling script (new function): ${popText(L)}`);
}

/** Sets a global without triggering the guard of the prelude. */
function setList(L: LuaState, name: Uint8Array, values: string[]): void {
  lua.lua_pushglobaltable(L);
  lua.lua_pushlstring(L, name, name.length);
  pushReply(L, values);
  lua.lua_rawset(L, -3);
  lua.lua_pop(L, 1);
}

function pushText(L: LuaState, text: string): void {
  const bytes = Buffer.from(text);
  lua.lua_pushlstring(L, bytes, bytes.length);
}

/** Converts a reply from Redis to Lua. Nil becomes false, and a status becomes a table with `ok`. */
function pushReply(L: LuaState, reply: Reply): void {
  if (reply === null) lua.lua_pushboolean(L, false);
  else if (typeof reply === "string") pushText(L, reply);
  else if (typeof reply === "number") {
    if (reply >= -INT32 && reply < INT32) lua.lua_pushinteger(L, reply);
    else lua.lua_pushnumber(L, reply);
  } else if (reply instanceof Status) {
    lua.lua_createtable(L, 0, 1);
    pushText(L, reply.ok);
    lua.lua_setfield(L, -2, OK_FIELD);
  } else {
    lua.lua_createtable(L, reply.length, 0);
    for (const [i, item] of reply.entries()) {
      pushReply(L, item);
      lua.lua_rawseti(L, -2, i + 1);
    }
  }
}

/** Converts a Lua reply to Redis. False becomes nil, numbers lose their fraction, a table ends at its first nil. */
function readReply(L: LuaState, index: number): Reply {
  switch (lua.lua_type(L, index)) {
    case lua.LUA_TSTRING:
      return readText(L, index);
    case lua.LUA_TNUMBER:
      return Math.trunc(lua.lua_tonumber(L, index));
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(L, index) ? 1 : null;
    case lua.LUA_TTABLE:
      return readTable(L);
    default:
      return null;
  }
}

/** Reads the table on top of the stack. */
function readTable(L: LuaState): Reply {
  if (lua.lua_getfield(L, -1, ERR) === lua.LUA_TSTRING) throw new RedisError(readText(L, -1));
  lua.lua_pop(L, 1);
  const isStatus = lua.lua_getfield(L, -1, OK_FIELD) === lua.LUA_TSTRING;
  const status = isStatus ? readText(L, -1) : "";
  lua.lua_pop(L, 1);
  if (isStatus) return status === "OK" ? OK : new Status(status);
  const items: Reply[] = [];
  for (let i = 1; lua.lua_rawgeti(L, -1, i) !== lua.LUA_TNIL; i++) {
    items.push(readReply(L, -1));
    lua.lua_pop(L, 1);
  }
  lua.lua_pop(L, 1);
  return items;
}

function readArguments(L: LuaState): string[] {
  const count = lua.lua_gettop(L);
  if (count === 0) throw new RedisError("ERR Please specify at least one argument for this redis.call()");
  return Array.from({ length: count }, (_, i) => {
    const type = lua.lua_type(L, i + 1);
    if (type === lua.LUA_TSTRING) return readText(L, i + 1);
    if (type === lua.LUA_TNUMBER) return String(lua.lua_tonumber(L, i + 1));
    throw new RedisError("ERR Lua redis lib command arguments must be strings or integers");
  });
}

function readText(L: LuaState, index: number): string {
  return Buffer.from(lua.lua_tostring(L, index) ?? []).toString("utf8");
}

function popText(L: LuaState): string {
  const text = readText(L, -1);
  lua.lua_pop(L, 1);
  return text;
}

/** Returns the message of a failed call: the error that redis.call raised, or Lua's own text after ERR. */
function errorText(L: LuaState): string {
  if (lua.lua_type(L, -1) !== lua.LUA_TTABLE) return `ERR ${readText(L, -1)}`;
  lua.lua_getfield(L, -1, ERR);
  return popText(L);
}
