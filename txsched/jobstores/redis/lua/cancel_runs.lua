-- End pending runs, mark running ones, and give them as they are then.

local reason, now = take(), take()
local ids = {}
for position = 1, take_number() do
  ids[position] = take()
end
local rows = runs_of(ids)
for _, id in ipairs(ids) do
  if not rows[id] then
    return done(pack({'missing', id}))
  end
end
local jobs, ends = {}, {}
for _, id in ipairs(ids) do
  local row = rows[id]
  if row[ENDED_AT] == '' then
    if row[RUN_ENDS] == '' then
      cancel_waiting(id, row, reason, now)
      jobs[#jobs + 1] = row[JOB_ID]
      note_end(ends, row)
    else
      row[CANCELLING] = '1'
      write_run(id, row)
    end
  end
end
load_schedules(jobs)
decide(jobs, ends)
return done(tagged('done') .. pack_runs(ids, rows))
