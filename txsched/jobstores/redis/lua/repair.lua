-- Give a quarantined job a new definition; its revision goes on counting.

local id = take()
local new, progress = take_row(JOB), take_row(fields(5))
local text = call('HGET', JOBS, id)
local old = text and read_job(text)
if not old or old[SINCE] == '' then
  return done(pack({'missing'}))
end
load_schedules({id})
new[REVISION] = string.format('%.0f', old[REVISION] + 1)
write_job(id, old, new, progress)
announce()
return done(pack({'done', new[REVISION]}))
