-- Count some of the leases by owner, on jobs or on runs.

local index, behind = take(), take()
local low = behind ~= '' and '(' .. behind or '-'
local members = call('ZRANGEBYLEX', base .. index, low, '+', 'LIMIT', 0, 500)
local ids, counts, latest = {}, {}, {}
for position, member in ipairs(members) do
  local start = 1
  if index == 'held' then
    local executor
    executor, start = struct.unpack(ONE, member)
  end
  ids[position] = string.sub(member, start + 18)
end
local function count(owner, ends)
  counts[owner] = (counts[owner] or 0) + 1
  if not latest[owner] or latest[owner] < ends then
    latest[owner] = ends
  end
end

if index == 'held' then
  for _, row in pairs(runs_of(ids)) do
    count(row[NODE], row[RUN_ENDS])
  end
else
  load_schedules(ids)
  for _, id in ipairs(ids) do
    count(schedules[id][OWNER], schedules[id][ENDS])
  end
end
local parts = {#members == 500 and members[500] or ''}
for owner, number in pairs(counts) do
  parts[#parts + 1] = owner
  parts[#parts + 1] = number
  parts[#parts + 1] = latest[owner]
end
return pack(parts)
