-- Lease runs that wait, or whose lease ended.

local owner, now, asked, limit = take(), take(), take(), take_number()
local clock = clock_of(now)
local ids = {}
for _ = 1, take_number() do
  local prefix = tagged(take())
  local bounds = {[WAITING] = prefix .. LAST, [HELD] = prefix .. clock .. LAST}
  for key, high in pairs(bounds) do
    local found =
      call('ZRANGEBYLEX', key, '[' .. prefix, '[' .. high, 'LIMIT', 0, limit)
    for _, member in ipairs(found) do
      ids[#ids + 1] = string.sub(member, #prefix + 19)
    end
  end
end
if #ids == 0 then
  return done('')
end
local rows = runs_of(ids)
table.sort(ids, function(a, b)
  return rows[a][PLANNED] .. a < rows[b][PLANNED] .. b
end)
for position = #ids, limit + 1, -1 do
  ids[position] = nil
end
local term = tostring(call('INCR', TERM))
local answer = tagged(term) .. pack_runs(ids, rows)
local ends = end_of_lease(clock, asked)
local jobs, known = {}, {}
for _, id in ipairs(ids) do
  local row = rows[id]
  index_run(id, row, false)
  if row[STATE] ~= 'pending' and row[STATE] ~= 'retrying' then
    row[ATTEMPT] = string.format('%.0f', row[ATTEMPT] + 1)
  end
  row[STATE], row[NODE], row[STARTED] = 'running', owner, now
  row[RUN_TERM], row[RUN_ENDS] = term, ends
  index_run(id, row, true)
  write_run(id, row)
  if not known[row[JOB_ID]] then
    known[row[JOB_ID]] = true
    jobs[#jobs + 1] = row[JOB_ID]
  end
end
return done(answer .. pack_jobs(jobs))
