-- Lease due jobs.

local owner, now, asked, limit = take(), take(), take(), take_number()
local clock = clock_of(now)
local function ids_in(key, instant)
  local ids =
    call('ZRANGEBYLEX', key, '-', '[' .. instant .. LAST, 'LIMIT', 0, limit)
  for position, member in ipairs(ids) do
    ids[position] = string.sub(member, 19)
  end
  load_schedules(ids)
  return ids
end

for _, id in ipairs(ids_in(LEASED, clock)) do
  local row = schedules[id]
  place(id, row, row[NEXT], row[DUE_AT], '', row[HIDDEN])
end
write_entries(LEASED)
write_entries(DUE)
local ids = ids_in(DUE, now)
if #ids == 0 then
  return done('')
end
local ends = end_of_lease(clock, asked)
local term = tostring(call('INCR', TERM))
local parts = {tagged(term), tagged(tostring(#ids))}
for position, text in ipairs(rows_of(JOBS, ids)) do
  local id = ids[position]
  local row = schedules[id]
  row[JOB_TERM], row[OWNER] = term, owner
  place(id, row, row[NEXT], row[DUE_AT], ends, row[HIDDEN])
  parts[#parts + 1] = pack_job(id, read_job(text), row)
  local active = active_of(id)
  parts[#parts + 1] = pack_runs(active, runs_of(active))
end
return done(table.concat(parts))
