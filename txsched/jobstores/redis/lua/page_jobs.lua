-- Look for the next jobs of a page, in a bounded number of steps.
--
-- Gives where to go on, empty at the end, and of each job what was passed up to it.

local index, descending, behind, limit = take(), take(), take(), take_number()
local filtered, text, executor, paused = take(), take(), take(), take()
local tags = {}
for position = 1, take_number() do
  tags[position] = take()
end

local function matches(row)
  if text ~= '' and not string.find(row[SEARCH], text, 1, true) then
    return false
  end
  if executor ~= '' and '=' .. row[JOB_EXECUTOR] ~= executor then
    return false
  end
  if paused ~= '' and (row[PAUSED_AT] ~= '') ~= (paused == 'yes') then
    return false
  end
  for _, tag in ipairs(tags) do
    if not string.find(row[TAGS], tag, 1, true) then
      return false
    end
  end
  return true
end

local key = base .. index
local steps = filtered ~= '' and 500 or limit
local members
if descending ~= '' then
  local high = behind ~= '' and '(' .. behind or '+'
  members = call('ZREVRANGEBYLEX', key, high, '-', 'LIMIT', 0, steps)
else
  local low = behind ~= '' and '(' .. behind or '-'
  members = call('ZRANGEBYLEX', key, low, '+', 'LIMIT', 0, steps)
end
local ids = {}
for position, member in ipairs(members) do
  if index == 'times' then
    ids[position] = string.sub(member, 19)
  elseif index == 'names' then
    ids[position] = string.match(member, '^[^%z]*%z(.*)$')
  else
    ids[position] = member
  end
end
load_schedules(ids)
local parts, count, last = {}, 0, ''
for position, text_of in ipairs(rows_of(JOBS, ids)) do
  last = members[position]
  local row = read_job(text_of)
  if matches(row) then
    count = count + 1
    parts[count] = tagged(last) .. pack_job(ids[position], row, schedules[ids[position]])
    if count == limit then
      break
    end
  end
end
if count < limit and #members < steps then
  last = ''
end
return tagged(last) .. tagged(tostring(count)) .. table.concat(parts)
