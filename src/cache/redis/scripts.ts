import { MAX_CHANGES, MAX_NAMES } from "../../flags/changes.ts";

/**
 * The Lua side of L2. The hash of an environment is consistent at its own `@head` (head-text.ts has the format),
 * because only these scripts write it and Redis runs each of them as one step.
 */
export interface CacheScripts {
  /** Read-write. KEYS: hash. ARGV: mode, version, TTL ms, number of changes, (version, fields)…, (field, value)… */
  advance: string;
  /**
   * Read-only. KEYS: hash. ARGV: known version. Returns the head's later changes, then (field, value)… of their fields.
   */
  changesSince: string;
  /** Read-write. KEYS: hash. ARGV: TTL ms. Empties the hash except its head. */
  clear: string;
  /** Read-only. KEYS: hash. Returns the number of its flags and their bytes. */
  measure: string;
  /** Read-only. KEYS: hashes. Returns the version of each head, "" if there is none. */
  heads: string;
}

/**
 * The line that makes a purge final: a reading from before the head moved cannot come back. Exported for the tests that
 * prove, by leaving it out, that it is needed.
 */
export const FENCE = `if mode == "fill" and head and head > version then return "0" end`;

// `publish` returns the head afterwards; `fill` returns "1", or "0" if the fence refused it. Versions stay strings,
// because Lua prints large numbers in exponent form. Arguments are unpacked 200 at a time, because Lua's stack is
// bounded.
const ADVANCE = `local key, mode, version = KEYS[1], ARGV[1], tonumber(ARGV[2])
local count = tonumber(ARGV[4])
local text = redis.call("HGET", key, "@head")
local head, headText
local lines = {}
if text then
  for line in string.gmatch(text, "[^\\n]+") do
    if headText then lines[#lines + 1] = line else headText = line; head = tonumber(line) end
  end
end
${FENCE}
local function chunked(command, from, args)
  for i = from, #args, 200 do
    redis.call(command, key, unpack(args, i, math.min(i + 199, #args)))
  end
end
if not head or head < version then
  local covered = head and count > 0 and tonumber(ARGV[5]) <= head + 1
  if not covered then
    redis.call("DEL", key)
    lines = {}
    if count == 0 then lines[1] = ARGV[2] .. " *" end
  end
  local names = {}
  for i = 5, 3 + 2 * count, 2 do
    if not covered or tonumber(ARGV[i]) > head then
      if ARGV[i + 1] == "*" then
        redis.call("DEL", key)
        lines = {}
        names = {}
      else
        for name in string.gmatch(ARGV[i + 1], "%S+") do names[#names + 1] = name end
      end
      lines[#lines + 1] = ARGV[i] .. " " .. ARGV[i + 1]
    end
  end
  if covered then chunked("HDEL", 1, names) end
  local first, named = #lines, 0
  for i = #lines, 1, -1 do
    local _, blanks = string.gsub(lines[i], " ", " ")
    named = named + blanks
    if #lines - i >= ${MAX_CHANGES} or (named > ${MAX_NAMES} and i < #lines) then break end
    first = i
  end
  headText = ARGV[2]
  redis.call("HSET", key, "@head", headText .. "\\n" .. table.concat(lines, "\\n", first))
end
chunked("HSET", 5 + 2 * count, ARGV)
redis.call("PEXPIRE", key, ARGV[3])
if mode == "fill" then return "1" end
return headText`;

// Leaves out the lines that the reader knows already. If lines that it does not know are missing, returns the whole
// head.
const CHANGES_SINCE = `local text = redis.call("HGET", KEYS[1], "@head")
if not text then return {} end
local known = tonumber(ARGV[1])
local head, headText
local news, names, seen, first = {}, {}, {}, nil
local all = false
for line in string.gmatch(text, "[^\\n]+") do
  if not headText then
    headText = line
    head = tonumber(line)
  else
    local version = tonumber(string.match(line, "^%d+"))
    if not first then first = version end
    if version and version > known then
      news[#news + 1] = line
      local rest = string.match(line, "^%d+ (.*)$") or ""
      for name in string.gmatch(rest, "%S+") do
        if name == "*" then all = true end
        if not seen[name] then names[#names + 1] = name end
        seen[name] = true
      end
    end
  end
end
if not head then return {} end
if known >= head then return { headText } end
if known == 0 or all or not first or first > known + 1 then return { text } end
local reply = { headText .. "\\n" .. table.concat(news, "\\n") }
for i = 1, #names, 200 do
  local last = math.min(i + 199, #names)
  local values = redis.call("HMGET", KEYS[1], unpack(names, i, last))
  for j = i, last do
    if values[j - i + 1] then
      reply[#reply + 1] = names[j]
      reply[#reply + 1] = values[j - i + 1]
    end
  end
end
return reply`;

const CLEAR = `local head = redis.call("HGET", KEYS[1], "@head")
redis.call("DEL", KEYS[1])
if head then
  redis.call("HSET", KEYS[1], "@head", head)
  redis.call("PEXPIRE", KEYS[1], ARGV[1])
end
return "1"`;

const MEASURE = `local fields = redis.call("HGETALL", KEYS[1])
local flags, bytes = 0, 0
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 1) ~= "@" then flags = flags + 1 end
  bytes = bytes + #fields[i] + #fields[i + 1]
end
return { flags, bytes }`;

// A key that is not a hash must not hide the others.
const HEADS = `local versions = {}
for i = 1, #KEYS do
  local text = redis.pcall("HGET", KEYS[i], "@head")
  versions[i] = type(text) == "string" and string.match(text, "^%d+") or ""
end
return versions`;

export const SCRIPTS: CacheScripts = {
  advance: ADVANCE,
  changesSince: CHANGES_SINCE,
  clear: CLEAR,
  measure: MEASURE,
  heads: HEADS,
};
