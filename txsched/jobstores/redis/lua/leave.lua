-- End some of the leases of a node: those of jobs, then those of runs.
--
-- Gives behind which entry to go on, empty at the end, and how many leases were ended.

local owner, now, index, behind = take(), take(), take(), take()
local clock = clock_of(now)
local key = base .. index
call('HDEL', NODES, owner)
local low = behind ~= '' and '(' .. behind or '-'
local members = call('ZRANGEBYLEX', key, low, '+', 'LIMIT', 0, 500)
local ended = 0
local ids = {}
if index == 'leased' then
  for position, member in ipairs(members) do
    ids[position] = string.sub(member, 19)
  end
  load_schedules(ids)
  for _, id in ipairs(ids) do
    local row = schedules[id]
    if row[OWNER] == owner and row[ENDS] > clock then
      place(id, row, row[NEXT], row[DUE_AT], '', row[HIDDEN])
      ended = ended + 1
    end
  end
else
  for position, member in ipairs(members) do
    local executor, start = struct.unpack(ONE, member)
    ids[position] = string.sub(member, start + 18)
  end
  for id, row in pairs(runs_of(ids)) do
    if row[NODE] == owner and row[RUN_ENDS] > clock then
      index_run(id, row, false)
      row[RUN_ENDS] = clock
      index_run(id, row, true)
      write_run(id, row)
      ended = ended + 1
    end
  end
end
if ended > 0 then
  announce()
end
return done(pack({#members == 500 and members[500] or '', ended}))
