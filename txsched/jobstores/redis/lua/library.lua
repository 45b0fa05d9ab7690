-- What all scripts share: names of keys, packed fields, instants, and indexes.
--
-- A packed text is a row of fields, each with its length before it.  An instant is 18
-- decimal digits, microseconds since 1970 and 10^17: no number of Lua holds a whole
-- one, and the order of the texts is that of time.

local call = redis.call
local base = KEYS[1]
local request, at = ARGV[1], 1

if ARGV[2] then
  request = table.concat(call('LRANGE', ARGV[2], 0, -1))
  call('DEL', ARGV[2])
  if #request ~= tonumber(ARGV[3]) then
    return redis.error_reply('STAGE the parts of the request are not there')
  end
end

local JOBS, SCHEDULE, RUNS = base .. 'jobs', base .. 'schedule', base .. 'runs'
local DUE, LEASED = base .. 'due', base .. 'leased'
local IDS, NAMES, TIMES = base .. 'ids', base .. 'names', base .. 'times'
local PAUSED, LIMITED, BROKEN = base .. 'paused', base .. 'limited', base .. 'broken'
local LEDGER, HISTORY, ENDED = base .. 'ledger', base .. 'history', base .. 'ended'
local ACTIVE, WAITING, HELD = base .. 'active', base .. 'waiting', base .. 'held'
local TERM, NODES, SCHEMA = base .. 'term', base .. 'nodes', base .. 'schema'
local NEVER = '999999999999999999'
local LAST = '\255'

local function fields(count)
  return '>' .. string.rep('I4c0', count)
end

local ONE = fields(1)

local function take_row(format)
  local row = {struct.unpack(format, request, at)}
  at = table.remove(row)
  return row
end

local function take()
  local field
  field, at = struct.unpack(ONE, request, at)
  return field
end

local function take_number()
  return tonumber(take())
end

local function tagged(text)
  return struct.pack(ONE, #text, text)
end

-- Pack what may be any number of texts and numbers.
local function pack(row)
  local parts = {}
  for place, field in ipairs(row) do
    parts[place] = tagged(tostring(field))
  end
  return table.concat(parts)
end

local mode, client, channel, receipt = take(), take(), take(), take()

-- The same request sent again has the answer that it had.
if receipt ~= '' then
  local again = string.sub(receipt, 1, 1) == '!'
  receipt = base .. 'receipt:' .. (again and string.sub(receipt, 2) or receipt)
  if again then
    local known = call('GET', receipt)
    if known then
      return known
    end
  end
end

local function split(instant)
  return tonumber(string.sub(instant, 1, 12)), tonumber(string.sub(instant, 13))
end

-- Give the instant so many seconds and microseconds after another.
local function after(instant, seconds, micros)
  local s, m = split(instant)
  s, m = s + seconds, m + micros
  local carry = math.floor(m / 1000000)
  return string.format('%012.0f%06.0f', s + carry, m - carry * 1000000)
end

-- The same for a text of microseconds.
local function after_micros(instant, micros)
  local seconds = tonumber(string.sub(micros, 1, -7)) or 0
  return after(instant, seconds, tonumber(string.sub(micros, -6)))
end

local function clock_of(now)
  if mode ~= 'store' then
    return now
  end
  local time = call('TIME')
  return string.format('%012.0f%06d', time[1] + 100000000000, time[2])
end

-- When a lease ends: what is asked for is an instant, or how long from now.
local function end_of_lease(clock, asked)
  if mode == 'store' then
    return after_micros(clock, asked)
  end
  return asked
end

-- Give one command as many words as there are, in bounded portions.
local function many(command, key, words)
  for first = 1, #words, 1000 do
    call(command, key, unpack(words, first, math.min(first + 999, #words)))
  end
end

local function rows_of(key, names)
  local rows = {}
  for first = 1, #names, 1000 do
    local last = math.min(first + 999, #names)
    local found = call('HMGET', key, unpack(names, first, last))
    for place = first, last do
      rows[place] = found[place - first + 1]
    end
  end
  return rows
end

-- Entries of sorted sets that are to be there, or not, when the script has ended.
local entries = {}

local function mark(key, member, there)
  local known = entries[key]
  if not known then
    known = {}
    entries[key] = known
  end
  known[member] = there
end

local function write_entries(key)
  local adds, removes = {}, {}
  for member, there in pairs(entries[key] or {}) do
    if there then
      adds[#adds + 1] = 0
      adds[#adds + 1] = member
    else
      removes[#removes + 1] = member
    end
  end
  entries[key] = nil
  many('ZREM', key, removes)
  many('ZADD', key, adds)
end

-- Fields of hashes likewise; false removes one.
local values = {[JOBS] = {}, [SCHEDULE] = {}, [RUNS] = {}}

local function write_values(key)
  local sets, removes = {}, {}
  for name, value in pairs(values[key]) do
    if value then
      sets[#sets + 1] = name
      sets[#sets + 1] = value
    else
      removes[#removes + 1] = name
    end
  end
  values[key] = {}
  many('HDEL', key, removes)
  many('HSET', key, sets)
end

local function first_of(key, low, high)
  return call('ZRANGEBYLEX', key, low, high, 'LIMIT', 0, 1)[1]
end

local function announce()
  call('PUBLISH', channel, client)
end
