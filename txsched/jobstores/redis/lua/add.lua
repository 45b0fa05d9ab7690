-- Add jobs: groups of them, each all or nothing by itself.
--
-- Of each job: id, the revision and generation that are expected to be there (empty
-- for none), whether a stored one stays, its row, and its progress.

local groups, ids = {}, {}
for group = 1, take_number() do
  local jobs = {}
  for position = 1, take_number() do
    local id, revision, generation, stays = take(), take(), take(), take()
    jobs[position] = {id, revision, generation, stays, take_row(JOB),
      take_row(fields(5))}
    ids[#ids + 1] = id
  end
  groups[group] = jobs
end
local known = {}
for position, text in ipairs(rows_of(JOBS, ids)) do
  known[ids[position]] = text and read_job(text) or nil
end
load_schedules(ids)

local function is_expected(job)
  local old = known[job[1]]
  if not old then
    return job[2] == ''
  end
  return old[REVISION] == job[2] and old[GENERATION] == job[3]
end

local function all_expected(jobs)
  for _, job in ipairs(jobs) do
    if not is_expected(job) then
      return false
    end
  end
  return true
end

-- Give what is there instead.
local function found(jobs)
  local parts, count = {}, 0
  for _, job in ipairs(jobs) do
    local id = job[1]
    local old = known[id]
    if old then
      count = count + 1
      parts[count] = pack_job(id, old, schedules[id]) .. tagged(old[SINCE])
    end
  end
  return tagged('stale') .. tagged(tostring(count)) .. table.concat(parts)
end

local added = false

local function add(jobs)
  local kept = {}
  for _, job in ipairs(jobs) do
    local id, row = job[1], job[5]
    if job[4] ~= '' then
      kept[#kept + 1] = pack_job(id, known[id], schedules[id])
    else
      write_job(id, known[id], row, job[6])
      known[id] = row
      added = true
    end
  end
  return tagged('done') .. tagged(tostring(#kept)) .. table.concat(kept)
end

local answers = {}
for group, jobs in ipairs(groups) do
  answers[group] = all_expected(jobs) and add(jobs) or found(jobs)
end
if added then
  announce()
end
return done(table.concat(answers))
