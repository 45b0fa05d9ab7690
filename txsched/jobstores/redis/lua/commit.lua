-- Move cursors and write runs, and end the leases of the plans' terms.

local now, asked = take(), take()
local ends = end_of_lease(clock_of(now), asked)
local plans, ids = {}, {}
local PLAN = fields(7)
for position = 1, take_number() do
  local plan = take_row(PLAN)
  plan[8] = take_runs()
  plans[position] = plan
  ids[position] = plan[1]
end
load_schedules(ids)
local lost, idle, latest, runs = {}, {}, {}, {}
for _, plan in ipairs(plans) do
  local id, term = plan[1], plan[2]
  local row = schedules[id]
  if not row or row[JOB_TERM] ~= term then
    lost[#lost + 1] = id
  elseif row[OWNER] ~= '' then
    row[COUNT], row[DELAY], row[UNTIL], row[OWNER] = plan[5], plan[6], plan[7], ''
    -- What is in quarantine is not due.
    local due = row[HIDDEN] == '' and plan[4] or ''
    place(id, row, plan[3], due, '', row[HIDDEN])
    for _, run in ipairs(plan[8]) do
      local fields_of = run[2]
      fields_of[RUN_TERM] = term
      fields_of[RUN_ENDS] = fields_of[STATE] == 'running' and ends or ''
      runs[#runs + 1] = run
      note_end(latest, fields_of)
    end
    if plan[3] == '' then
      idle[#idle + 1] = id
    end
  end
end
insert_runs(runs)
decide(idle, latest)
return done(pack(lost))
