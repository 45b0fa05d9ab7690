-- Remove jobs, and end their pending runs.

local reason, now = take(), take()
local ids = {}
for position = 1, take_number() do
  ids[position] = take()
end
load_schedules(ids)
local removed = {}
for _, id in ipairs(ids) do
  if schedules[id] then
    removed[#removed + 1] = id
    for run_id, row in pairs(runs_of(active_of(id))) do
      if row and row[RUN_ENDS] == '' then
        cancel_waiting(run_id, row, reason, now)
      end
    end
  end
end
forget_jobs(removed)
if #removed > 0 then
  announce()
end
return done(pack(removed))
