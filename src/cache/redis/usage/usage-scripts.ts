/**
 * The Lua side of usage in Redis. Counts are fields of one hash, `<environment> <flag> <hour> <key> <outcome>`, each
 * with the text `<requested> <used> <last requested> <last used>`. The hash also has `@batch`, the id under which it
 * will be moved. The sweep renames the hash, which nothing changes from then on, and deletes it when its counts are
 * in Postgres. Numbers are written with `format`, because Lua's own text of a large number has an exponent.
 */
import { OTHER_FLAGS } from "../../../usage/usage-count.ts";

/** The number of different counts that Redis holds. Others are added to one for each key and hour. */
const MAX_FIELDS = 50_000;
/** The room for these. */
const MAX_OTHERS = 2000;

/** The line that makes a repeated flush count once. Exported for the tests that prove that it is needed. */
export const ONCE = `if last and sequence <= last then return "0" end`;

/**
 * KEYS: counts, the sender's record. ARGV: sequence, "1" if it may have arrived before, id for a new hash, lifetime of
 * the record (ms), then for each environment, hour and key: environment, hour and key, number of counts, and for each
 * of these its flag, outcome, and numbers in one text. Returns "1" if the counts were added, "0" if they had been, "-1"
 * if that cannot be told, because Redis has lost the record. A sender's first batch has no record before, so it is
 * added. That of an isolate is empty.
 */
const ADD = `local sequence = tonumber(ARGV[1])
local last = redis.pcall("GET", KEYS[2])
last = type(last) == "string" and tonumber(last) or nil
${ONCE}
if not last and sequence > 1 and ARGV[2] == "1" then return "-1" end
local size = #ARGV == 4 and 1 or redis.pcall("HLEN", KEYS[1])
if type(size) == "table" then
  if not string.find(size.err, "WRONGTYPE", 1, true) then return size end
  redis.call("DEL", KEYS[1])
  size = 0
end
if size == 0 then
  redis.call("HSET", KEYS[1], "@batch", ARGV[3])
  size = 1
end
local i = 5
while i <= #ARGV do
  local environment, owner, stop = ARGV[i], ARGV[i + 1], i + 3 * tonumber(ARGV[i + 2])
  i = i + 3
  while i <= stop do
    local field = environment .. " " .. ARGV[i] .. " " .. owner .. " " .. ARGV[i + 1]
    local held = redis.call("HGET", KEYS[1], field)
    if not held and size >= ${MAX_FIELDS} then
      field = environment .. " ${OTHER_FLAGS} " .. owner .. " "
      held = redis.call("HGET", KEYS[1], field)
      if not held and size >= ${MAX_FIELDS + MAX_OTHERS} then
        field = "@dropped"
        held = redis.call("HGET", KEYS[1], field)
      end
    end
    if not held then size = size + 1 end
    local next = string.gmatch(ARGV[i + 2], "%d+")
    local former = string.gmatch(held or "", "%d+")
    local numbers = {}
    for j = 1, 4 do
      local added, had = tonumber(next()), tonumber(former() or "0")
      numbers[j] = string.format("%.0f", j <= 2 and added + had or math.max(added, had))
    end
    redis.call("HSET", KEYS[1], field, table.concat(numbers, " "))
    i = i + 3
  end
end
redis.call("SET", KEYS[2], ARGV[1], "PX", ARGV[4])
return "1"`;

/**
 * KEYS: counts, counts that are being moved. Returns the fields of the latter. If nothing is being moved, the former
 * take that place first. A sweep that died has left such counts behind, or another one is moving them.
 */
const TAKE = `local batch = redis.pcall("HGET", KEYS[2], "@batch")
if type(batch) ~= "string" then
  redis.call("DEL", KEYS[2])
  batch = redis.pcall("HGET", KEYS[1], "@batch")
  if type(batch) ~= "string" then return {} end
  redis.call("RENAME", KEYS[1], KEYS[2])
end
return redis.call("HGETALL", KEYS[2])`;

/** The line that keeps a late sweep from deleting counts that another one is moving. Exported for the tests. */
export const SAME_BATCH = `if redis.pcall("HGET", KEYS[1], "@batch") ~= ARGV[1] then return "0" end`;

/** KEYS: counts that were moved. ARGV: their id. Deletes them. */
const DELETE_MOVED = `${SAME_BATCH}
redis.call("DEL", KEYS[1])
return "1"`;

/**
 * Read-only. KEYS: counts, counts that are being moved. ARGV: the beginning of the fields to return. Returns for each
 * of them its id, or "", and its fields.
 */
const READ = `local found = {}
for i = 1, 2 do
  local fields = redis.pcall("HGETALL", KEYS[i])
  local batch, own = "", {}
  if fields.err == nil then
    for j = 1, #fields, 2 do
      if fields[j] == "@batch" then
        batch = fields[j + 1]
      elseif string.sub(fields[j], 1, #ARGV[1]) == ARGV[1] then
        own[#own + 1] = fields[j]
        own[#own + 1] = fields[j + 1]
      end
    end
  end
  found[#found + 1] = batch
  found[#found + 1] = own
end
return found`;

/** The scripts, which tests replace. */
export interface UsageScripts {
  add: string;
  take: string;
  deleteMoved: string;
  read: string;
}

export const USAGE_SCRIPTS: UsageScripts = { add: ADD, take: TAKE, deleteMoved: DELETE_MOVED, read: READ };
