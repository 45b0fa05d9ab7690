-- Add jobs: groups of them, each all or nothing by itself.
--
-- Of each job: id, the revision and generation that are expected to be there (empty
-- for none), whether a stored one stays, its row, and its progress.

local answers = {}
local added = false
for group = 1, take_number() do
  local jobs, ids = {}, {}
  for position = 1, take_number() do
    local id, revision, generation, stays = take(), take(), take(), take()
    jobs[position] = {id, revision, generation, stays, take_row(JOB),
      take_row(fields(5))}
    ids[position] = id
  end
  write_values(JOBS)
  write_values(SCHEDULE)
  local found = rows_of(JOBS, ids)
  local olds, stale = {}, false
  for position, job in ipairs(jobs) do
    local old = found[position] and read_job(found[position])
    olds[position] = old
    local revision = old and old[REVISION] or ''
    local generation = old and old[GENERATION] or ''
    if revision ~= job[2] or generation ~= job[3] then
      stale = true
    end
  end
  load_schedules(ids)
  if stale then
    local parts = {tagged('stale'), ''}
    local count = 0
    for position, id in ipairs(ids) do
      local old = olds[position]
      if old then
        count = count + 1
        parts[#parts + 1] = pack_job(id, old, schedules[id])
        parts[#parts + 1] = pack({old[SINCE]})
      end
    end
    parts[2] = tagged(tostring(count))
    answers[group] = table.concat(parts)
  else
    local kept = {}
    for position, job in ipairs(jobs) do
      local id, old = job[1], olds[position]
      if job[4] ~= '' then
        kept[#kept + 1] = pack_job(id, old, schedules[id])
      else
        write_job(id, old, job[5], job[6])
        added = true
      end
    end
    answers[group] = tagged('done') .. tagged(tostring(#kept)) .. table.concat(kept)
  end
end
if added then
  announce()
end
return done(table.concat(answers))
