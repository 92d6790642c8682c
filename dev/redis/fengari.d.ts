/** Types for the part of fengari that lua.ts uses. fengari is a Lua 5.3 VM and has no types of its own. */
declare module "fengari" {
  export interface LuaState {
    readonly l_G: unknown;
  }
  type CFunction = (L: LuaState) => number;

  export const lua: {
    LUA_OK: number;
    LUA_REGISTRYINDEX: number;
    LUA_TNIL: number;
    LUA_TBOOLEAN: number;
    LUA_TNUMBER: number;
    LUA_TSTRING: number;
    LUA_TTABLE: number;
    lua_createtable(L: LuaState, arrayLength: number, recordLength: number): void;
    lua_error(L: LuaState): number;
    lua_getfield(L: LuaState, index: number, name: Uint8Array): number;
    lua_gettop(L: LuaState): number;
    lua_isinteger(L: LuaState, index: number): boolean;
    lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
    lua_pop(L: LuaState, count: number): void;
    lua_pushboolean(L: LuaState, value: boolean): void;
    lua_pushcfunction(L: LuaState, fn: CFunction): void;
    lua_pushinteger(L: LuaState, value: number): void;
    lua_pushnil(L: LuaState): void;
    lua_pushnumber(L: LuaState, value: number): void;
    lua_pushlstring(L: LuaState, bytes: Uint8Array, length: number): void;
    lua_pushglobaltable(L: LuaState): void;
    lua_rawgeti(L: LuaState, index: number, key: number): number;
    lua_rawset(L: LuaState, index: number): void;
    lua_rawseti(L: LuaState, index: number, key: number): void;
    lua_setfield(L: LuaState, index: number, name: Uint8Array): void;
    lua_setglobal(L: LuaState, name: Uint8Array): void;
    lua_settop(L: LuaState, index: number): void;
    lua_toboolean(L: LuaState, index: number): boolean;
    lua_tonumber(L: LuaState, index: number): number;
    lua_tostring(L: LuaState, index: number): Uint8Array | null;
    lua_type(L: LuaState, index: number): number;
  };
  export const lauxlib: {
    luaL_loadbuffer(L: LuaState, code: Uint8Array, size: number, name: Uint8Array): number;
    luaL_newstate(): LuaState;
    luaL_ref(L: LuaState, table: number): number;
    luaL_requiref(L: LuaState, name: Uint8Array, open: CFunction, global: number): void;
    luaL_unref(L: LuaState, table: number, ref: number): void;
  };
  export const lualib: Record<"luaopen_base" | "luaopen_table" | "luaopen_string" | "luaopen_math", CFunction>;
  export function to_luastring(text: string): Uint8Array;
}
