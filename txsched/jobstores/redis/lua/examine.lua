-- Look for what nobody holds.

local now = take()
local clock = clock_of(now)
local high = '[' .. now .. LAST
local overdue = call('ZLEXCOUNT', DUE, '-', high)
local oldest = first_of(DUE, '-', high)
oldest = oldest and string.sub(oldest, 1, 18) or ''
local ended = '[' .. clock .. LAST
overdue = overdue + call('ZLEXCOUNT', LEASED, '-', ended)
local ids = call('ZRANGEBYLEX', LEASED, '-', ended, 'LIMIT', 0, 1000)
for position, member in ipairs(ids) do
  ids[position] = string.sub(member, 19)
end
load_schedules(ids)
for _, id in ipairs(ids) do
  local due = schedules[id][DUE_AT]
  if oldest == '' or due < oldest then
    oldest = due
  end
end
local waits = ''
local member = first_of(WAITING, '-', '+')
while member do
  local executor, start = struct.unpack(ONE, member)
  local planned = string.sub(member, start, start + 17)
  if waits == '' or planned < waits then
    waits = planned
  end
  member = first_of(WAITING, '(' .. tagged(executor) .. LAST, '+')
end
return pack({
  mode == 'store' and clock or '', overdue, oldest, call('ZCARD', WAITING), waits,
  call('ZCARD', BROKEN), call('GET', SCHEMA) or '0',
})
