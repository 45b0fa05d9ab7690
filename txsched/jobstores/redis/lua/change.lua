-- Change a job that is still as it was read, and write runs.

local id = take()
local revision, generation, planned, count = take(), take(), take(), take()
local new, progress = take_row(JOB), take_row(fields(5))
local runs = take_runs()
local text = call('HGET', JOBS, id)
local old = text and read_job(text)
if not old or old[SINCE] ~= '' then
  return done(pack({'missing'}))
end
load_schedules({id})
local row = schedules[id]
if old[REVISION] ~= revision or old[GENERATION] ~= generation
    or row[NEXT] ~= planned or row[COUNT] ~= count then
  return done(pack({'stale', old[REVISION]}))
end
write_job(id, old, new, progress)
insert_runs(runs)
local ends = {}
for _, run in ipairs(runs) do
  note_end(ends, run[2])
end
decide({id}, ends)
announce()
return done(pack({'done', row[NEXT]}))
