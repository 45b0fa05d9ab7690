-- Look for the next runs of a page, in a bounded number of steps.

local job_id, descending, behind, limit = take(), take(), take(), take_number()
local from, before, active = take(), take(), take()
local wanted, filtered = {}, false
for _ = 1, take_number() do
  wanted[take()] = true
  filtered = true
end
local key, prefix = LEDGER, ''
if job_id ~= '' then
  key, prefix = HISTORY, tagged(string.sub(job_id, 2))
end
local steps = filtered and 500 or limit
local members
if active ~= '' and (prefix ~= '' or call('ZCARD', ACTIVE) <= 5000) then
  -- Few among many: all that are active, put in order.
  members = {}
  for _, member in ipairs(call('ZRANGEBYLEX', ACTIVE, '[' .. prefix, '+')) do
    local job, start = struct.unpack(ONE, member)
    if prefix ~= '' and tagged(job) ~= prefix then
      break
    end
    local entry = string.sub(member, start)
    local later = behind == '' or entry > behind
    if descending ~= '' then
      later = behind == '' or entry < behind
    end
    if later and entry >= from and (before == '' or entry < before) then
      members[#members + 1] = prefix .. entry
    end
  end
  table.sort(members, function(a, b)
    if descending ~= '' then
      return a > b
    end
    return a < b
  end)
  for position = #members, steps + 1, -1 do
    members[position] = nil
  end
else
  local low, high = '[' .. prefix .. from, '[' .. prefix .. LAST
  if before ~= '' then
    high = '(' .. prefix .. before
  end
  if descending ~= '' then
    if behind ~= '' and (before == '' or behind < before) then
      high = '(' .. prefix .. behind
    end
    members = call('ZREVRANGEBYLEX', key, high, low, 'LIMIT', 0, steps)
  else
    if behind ~= '' and behind > from then
      low = '(' .. prefix .. behind
    end
    members = call('ZRANGEBYLEX', key, low, high, 'LIMIT', 0, steps)
  end
end
local ids, there, last = {}, {}, ''
for position, member in ipairs(members) do
  ids[position] = string.sub(member, #prefix + 19)
end
local rows = runs_of(ids)
for position, id in ipairs(ids) do
  last = string.sub(members[position], #prefix + 1)
  local row = rows[id]
  if not filtered or wanted[row[STATE]] then
    there[#there + 1] = id
    if #there == limit then
      break
    end
  end
end
if #there < limit and #members < steps then
  last = ''
end
return tagged(last) .. pack_runs(there, rows)
