import type { CacheScripts } from "./load-scripts.ts";
import { MAX_CHANGES, MAX_NAMES, MAX_OLDER_CHANGES } from "../../flags/changes.ts";

/**
 * The line that makes a purge final: a reading from before the head moved cannot come back. Exported for the tests that
 * prove, by leaving it out, that it is needed.
 */
export const FENCE = `if mode == "fill" and head and head > version then return "0" end`;

/** Returns the version of a head's text, or nil if no reader accepts it: Lua would also read "inf", "nan" and "1e9". */
const VERSION_OF = `local function versionOf(text)
  local version = tonumber(string.match(text .. "\\n", "^([1-9]%d*)\\n"))
  return version and version <= ${Number.MAX_SAFE_INTEGER} and version or nil
end`;

// A key that is not a hash, or whose head is damaged, holds nothing of ours, so the next write replaces it. The script
// returns any other error.
const READ_HEAD = `${VERSION_OF}
local text = redis.pcall("HGET", KEYS[1], "@head")
if type(text) == "table" then
  if not string.find(text.err, "WRONGTYPE", 1, true) then return text end
  text = nil
elseif text and not versionOf(text) then
  text = nil
end`;

// Defines the function that returns the head's tag, or nil if it is unknown. Takes the field `@tag`.
const TAG_OF = `local function tagOf(version, text)
  return string.match(text or "", "^" .. version .. " (%S+)$")
end`;

// A head of the same version with another tag is from a history that a restore has undone. Nothing that readers or the
// hash took from there may stay, so a purge starts over. It replies with a later version than its own, so that the
// publisher finds out about the restore. Changes lead on from the head only if they tell its tag.
const MEET_OTHER_HISTORY = `${TAG_OF}
local tag = string.match(ARGV[#ARGV], "%S+")
local covered, isOther = false, false
if head then
  local stored, own = tagOf(headText, redis.call("HGET", key, "@tag")), nil
  if head == version then
    own = tag
  elseif head < version and count > 0 and tonumber(ARGV[7]) <= head + 1 then
    own = string.match(" " .. ARGV[8 + 2 * (head + 1 - tonumber(ARGV[7]))], " @=(%S+)")
    covered = stored == own
  end
  isOther = stored ~= nil and own ~= nil and stored ~= own
end
if isOther and mode == "fill" then return "0" end
if isOther then head = nil end`;

// Entries of another schema version are removed when they are superseded or, if no worker of that version has written
// for a lifetime, all at once. `@schemas` has, for each version, how far its entries are purged, and its last write
// (schema-fields.ts). There is none as long as only version 1 writes, whose entries every version purges.
const ADVANCE_SCHEMAS = `local listed = redis.call("HGET", key, "@schemas")
if listed or schema ~= "1" then
  local kept, dropped, purged, isFirstKnown = {}, {}, nil, schema == "1"
  for line in string.gmatch(listed or "", "[^\\n]+") do
    local name, upTo, at = string.match(line, "^(%d+) (%d+) (%d+)$")
    if name == "1" then isFirstKnown = true end
    if name == schema then purged = tonumber(upTo)
    elseif name and tonumber(now) - tonumber(at) <= tonumber(ARGV[3]) then kept[#kept + 1] = line
    elseif name then dropped[name] = true end
  end
  if not isFirstKnown then kept[#kept + 1] = "1 0 " .. now end
  if schema ~= "1" and purged ~= tonumber(headText) then
    local names, first, all = {}, nil, not purged
    for _, line in ipairs(lines) do
      local at = tonumber(string.match(line, "^%d+"))
      first = first or at
      if not all and at > purged then
        for name in string.gmatch(string.match(line, " (.*)$") or "", "%S+") do
          if name == "*" then all = true end
          names[#names + 1] = "@" .. schema .. ":" .. name
        end
      end
    end
    if all or not first or first > purged + 1 then dropped[schema] = true else chunked("HDEL", 1, names) end
  end
  if next(dropped) then
    local fields = {}
    for _, field in ipairs(redis.call("HKEYS", key)) do
      local name = string.match(field, "^@(%d+):") or "1"
      if dropped[name] and field ~= "@head" and field ~= "@tag" and field ~= "@schemas" then fields[#fields + 1] = field end
    end
    chunked("HDEL", 1, fields)
  end
  kept[#kept + 1] = schema .. " " .. headText .. " " .. now
  redis.call("HSET", key, "@schemas", table.concat(kept, "\\n"))
end`;

// The changes that a head no longer lists stay in a hash of their own, by version, because every read carries the whole
// head. They are of no use once the head has started over. A long one is kept as "everything", which bounds their size.
const KEEP_CHANGES = `if startsOver then redis.call("DEL", older) end
local added, dropped = {}, {}
for _, line in ipairs(newLines) do
  local at, names = string.match(line, "^(%d+) (.*)$")
  if at then
    added[#added + 1] = at
    added[#added + 1] = #names <= 1000 and names or "*"
    dropped[#dropped + 1] = string.format("%.0f", tonumber(at) - ${MAX_OLDER_CHANGES})
  end
end
for i = 1, #added, 200 do redis.call("HSET", older, unpack(added, i, math.min(i + 199, #added))) end
for i = 1, #dropped, 200 do redis.call("HDEL", older, unpack(dropped, i, math.min(i + 199, #dropped))) end`;

// `publish` returns the head afterwards, or one more after a restore; `fill` returns "1", or "0" if the fence refused
// it. Versions stay strings, because Lua prints large numbers in exponent form. Arguments are unpacked 200 at a time,
// because Lua's stack is bounded.
const ADVANCE = `local key, older, mode, version = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local count, schema, now = tonumber(ARGV[4]), ARGV[5], ARGV[6]
${READ_HEAD}
if text == nil then redis.call("DEL", key) end
local head, headText
local lines = {}
if text then
  for line in string.gmatch(text, "[^\\n]+") do
    if headText then lines[#lines + 1] = line else headText = line; head = tonumber(line) end
  end
end
${FENCE}
${MEET_OTHER_HISTORY}
local function chunked(command, from, args, last)
  last = last or #args
  for i = from, last, 200 do
    redis.call(command, key, unpack(args, i, math.min(i + 199, last)))
  end
end
if not head or head < version then
  local startsOver, newLines = type(redis.pcall("HLEN", older)) == "table", {}
  if not covered then
    redis.call("DEL", key)
    startsOver = true
    lines = {}
    if count == 0 then lines[1] = ARGV[2] .. " *" end
  end
  local names = {}
  for i = 7, 5 + 2 * count, 2 do
    if not covered or tonumber(ARGV[i]) > head then
      if string.sub(ARGV[i + 1], 1, 1) == "*" then
        redis.call("DEL", key)
        startsOver = true
        lines = {}
        newLines = {}
        names = {}
      else
        for name in string.gmatch(ARGV[i + 1], "%S+") do names[#names + 1] = name end
      end
      lines[#lines + 1] = ARGV[i] .. " " .. ARGV[i + 1]
      newLines[#newLines + 1] = lines[#lines]
    end
  end
  if covered then chunked("HDEL", 1, names) end
  if isOther then lines, newLines = { ARGV[2] .. " *" }, { ARGV[2] .. " *" } end
  local first, named = #lines, 0
  for i = #lines, 1, -1 do
    local _, blanks = string.gsub((string.gsub(lines[i], " @=.*", "")), " ", " ")
    named = named + blanks
    if #lines - i >= ${MAX_CHANGES} or (named > ${MAX_NAMES} and i < #lines) then break end
    first = i
  end
  headText = ARGV[2]
  redis.call("HSET", key, "@head", headText .. "\\n" .. table.concat(lines, "\\n", first))
  do
    ${KEEP_CHANGES}
  end
  if tag then redis.call("HSET", key, "@tag", headText .. " " .. tag) end
end
${ADVANCE_SCHEMAS}
chunked("HSET", 7 + 2 * count, ARGV, #ARGV - 1)
redis.call("PEXPIRE", key, ARGV[3])
redis.call("PEXPIRE", older, ARGV[3])
if mode == "fill" then return "1" end
return isOther and string.format("%.0f", version + 1) or headText`;

// Leaves out the lines that the reader knows already. Lines that the head no longer has come from the older changes. If
// they are missing there too, or if the reader knows the head's version with another tag, returns the whole head. An
// entry that was purged only from another schema version is left out as well.
const CHANGES_SINCE = `${READ_HEAD}
${TAG_OF}
if not text then return {} end
local tagText = redis.call("HGET", KEYS[1], "@tag")
local function replyOf(first) return tagText and { first, "@tag", tagText } or { first } end
local known, schema = tonumber(ARGV[1]), ARGV[2]
local prefix, purged = "", math.huge
if schema ~= "1" then
  prefix = "@" .. schema .. ":"
  local listed = "\\n" .. (redis.call("HGET", KEYS[1], "@schemas") or "")
  purged = tonumber(string.match(listed, "\\n" .. schema .. " (%d+) ")) or 0
end
local head, headText
local news, names, seen, old, first = {}, {}, {}, {}, nil
local all = false
local function note(line, version)
  news[#news + 1] = line
  local rest = string.match(line, "^%d+ (.*)$") or ""
  for name in string.gmatch(rest, "%S+") do
    if name == "*" then all = true end
    if not seen[name] and string.sub(name, 1, 2) ~= "@=" then names[#names + 1] = name end
    seen[name] = true
    if version > purged then old[name] = true end
  end
end
local lines = {}
for line in string.gmatch(text, "[^\\n]+") do
  if not headText then
    headText = line
    head = tonumber(line)
  else
    local version = tonumber(string.match(line, "^%d+"))
    if not first then first = version end
    if version and version > known then lines[#lines + 1] = { line, version } end
  end
end
if not head then return {} end
if known == head and ARGV[3] ~= "" and (tagOf(headText, tagText) or ARGV[3]) ~= ARGV[3] then return replyOf(text) end
if known >= head then return replyOf(headText) end
if known == 0 or not first or first - known > ${MAX_OLDER_CHANGES} then return replyOf(text) end
for from = known + 1, first - 1, 200 do
  local asked = {}
  for version = from, math.min(from + 199, first - 1) do asked[#asked + 1] = string.format("%.0f", version) end
  local found = redis.pcall("HMGET", KEYS[2], unpack(asked))
  for i = 1, #asked do
    if not found[i] then return replyOf(text) end
    note(asked[i] .. " " .. found[i], from + i - 1)
  end
end
for _, line in ipairs(lines) do note(line[1], line[2]) end
if all then return replyOf(text) end
local reply = replyOf(headText .. "\\n" .. table.concat(news, "\\n"))
if #names > ${MAX_NAMES} then return reply end
for i = 1, #names, 200 do
  local last = math.min(i + 199, #names)
  local fields = {}
  for j = i, last do fields[#fields + 1] = prefix .. names[j] end
  local values = redis.call("HMGET", KEYS[1], unpack(fields))
  for j = i, last do
    if values[j - i + 1] and not old[names[j]] then
      reply[#reply + 1] = names[j]
      reply[#reply + 1] = values[j - i + 1]
    end
  end
end
return reply`;

const CLEAR = `${READ_HEAD}
local tagText = text and redis.call("HGET", KEYS[1], "@tag")
redis.call("DEL", KEYS[1])
if text then
  redis.call("HSET", KEYS[1], "@head", text)
  if tagText then redis.call("HSET", KEYS[1], "@tag", tagText) end
  redis.call("PEXPIRE", KEYS[1], ARGV[1])
end
return "1"`;

const MEASURE = `${READ_HEAD}
if text == nil then return { 0, 0 } end
local fields = redis.call("HGETALL", KEYS[1])
local prefix = ARGV[1] == "1" and "" or "@" .. ARGV[1] .. ":"
local flags, bytes = 0, 0
for i = 1, #fields, 2 do
  local isOwn = string.sub(fields[i], 1, #prefix) == prefix
  if isOwn and string.sub(fields[i], #prefix + 1, #prefix + 1) ~= "@" then flags = flags + 1 end
  bytes = bytes + #fields[i] + #fields[i + 1]
end
return { flags, bytes }`;

// A key that is not a hash, or has no valid head, must not hide the others.
const HEADS = `${VERSION_OF}
local versions = {}
for i = 1, #KEYS do
  local text = redis.pcall("HGET", KEYS[i], "@head")
  versions[i] = type(text) == "string" and versionOf(text) and string.match(text, "^%d+") or ""
end
return versions`;

export const SCRIPTS: CacheScripts = {
  advance: ADVANCE,
  changesSince: CHANGES_SINCE,
  clear: CLEAR,
  measure: MEASURE,
  heads: HEADS,
};
