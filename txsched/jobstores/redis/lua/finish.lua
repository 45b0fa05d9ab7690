-- Write the new states of runs with what follows, and end their leases.

local AFTERMATH = fields(10)
local aftermaths, ids, jobs = {}, {}, {}
for position = 1, take_number() do
  local one = take_row(AFTERMATH)
  one[11] = take_runs()
  aftermaths[position] = one
  ids[position] = one[1]
end
local rows = runs_of(ids)
local lost, ends, follow_ups = {}, {}, {}
local waits = false

local function is_written(row, one)
  if one[3] ~= '' then
    return not row
  end
  return row and row[RUN_ENDS] == '' and row[RUN_TERM] == one[2]
    and row[STATE] == one[4] and row[ATTEMPT] == one[6] and row[ENDED_AT] == one[9]
end

for _, one in ipairs(aftermaths) do
  local id = one[1]
  local row = rows[id]
  if row and row[RUN_ENDS] ~= '' and row[RUN_TERM] == one[2] then
    index_run(id, row, false)
    row[RUN_ENDS], row[CANCELLING] = '', ''
    row[STATE], row[REASON], row[ATTEMPT], row[NODE], row[STARTED], row[ENDED_AT],
      row[REST] = one[4], one[5], one[6], one[7], one[8], one[9], one[10]
    note_end(ends, row)
    jobs[#jobs + 1] = row[JOB_ID]
    if one[3] ~= '' then
      index_ledger(id, row, false)
      values[RUNS][id] = false
      rows[id] = false
    else
      index_run(id, row, true)
      write_run(id, row)
      waits = waits or row[ENDED_AT] == ''
    end
    for _, run in ipairs(one[11]) do
      follow_ups[#follow_ups + 1] = run
    end
  elseif not is_written(row, one) then
    lost[#lost + 1] = id
  end
end
load_schedules(jobs)
local runs = {}
for _, run in ipairs(follow_ups) do
  if schedules[run[2][JOB_ID]] then
    runs[#runs + 1] = run
  end
end
insert_runs(runs)
decide(jobs, ends)
if waits then
  announce()
end
return done(pack(lost))
