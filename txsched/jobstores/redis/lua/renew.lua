-- Put off the ends of leases on runs.

local now, asked = take(), take()
local ends = end_of_lease(clock_of(now), asked)
local leases, ids = {}, {}
for position = 1, take_number() do
  leases[position] = {take(), take()}
  ids[position] = leases[position][1]
end
local rows = runs_of(ids)
local lost, cancelled = {}, {}
for _, lease in ipairs(leases) do
  local id, term = lease[1], lease[2]
  local row = rows[id]
  if not row or row[RUN_ENDS] == '' or row[RUN_TERM] ~= term then
    lost[#lost + 1] = id
  else
    index_run(id, row, false)
    row[RUN_ENDS] = ends
    index_run(id, row, true)
    write_run(id, row)
    if row[CANCELLING] ~= '' then
      cancelled[#cancelled + 1] = id
    end
  end
end
return done(tagged(tostring(#lost)) .. pack(lost) .. pack(cancelled))
