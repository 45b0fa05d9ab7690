-- Give some of the jobs in quarantine, behind an id.

local behind = take()
local low = behind ~= '' and '(' .. behind or '-'
local ids = call('ZRANGEBYLEX', BROKEN, low, '+', 'LIMIT', 0, 100)
load_schedules(ids)
local parts = {tagged(tostring(#ids))}
for position, text in ipairs(rows_of(JOBS, ids)) do
  local row = read_job(text)
  parts[#parts + 1] = pack_job(ids[position], row, schedules[ids[position]])
  parts[#parts + 1] = pack({row[ERROR], row[SINCE]})
end
return table.concat(parts)
