-- Write runs that no plan made.

local runs = take_runs()
local ids = {}
for position, run in ipairs(runs) do
  ids[position] = run[2][JOB_ID]
end
for position, text in ipairs(rows_of(JOBS, ids)) do
  if not text or read_job(text)[SINCE] ~= '' then
    return done(pack({ids[position]}))
  end
end
insert_runs(runs)
announce()
return done('')
