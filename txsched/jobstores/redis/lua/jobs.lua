-- Jobs, and what moves of them at each fire.

local REVISION, GENERATION, PAUSED_AT, NOTE, DEFINITION, NAME, JOB_EXECUTOR, TAGS,
  KEEP_RUNS, SEARCH, ERROR, SINCE = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
local JOB = fields(12)

-- An owner is there from a claim until the plan under its term is written, also when
-- its lease has ended.  A hidden job is in quarantine, or not there yet.
local NEXT, DUE_AT, COUNT, DELAY, UNTIL, JOB_TERM, OWNER, ENDS, HIDDEN =
  1, 2, 3, 4, 5, 6, 7, 8, 9
local PROGRESS = fields(9)
local SHOWN = fields(8)

local schedules = {}

local function read_job(text)
  local row = {struct.unpack(JOB, text)}
  row[13] = nil
  return row
end

local function pack_progress(r)
  return struct.pack(
    PROGRESS, #r[1], r[1], #r[2], r[2], #r[3], r[3], #r[4], r[4], #r[5], r[5],
    #r[6], r[6], #r[7], r[7], #r[8], r[8], #r[9], r[9])
end

local function load_schedules(ids)
  for place, text in ipairs(rows_of(SCHEDULE, ids)) do
    local id = ids[place]
    if schedules[id] == nil then
      local row = false
      if text then
        row = {struct.unpack(PROGRESS, text)}
        row[10] = nil
      end
      schedules[id] = row
    end
  end
end

local function new_schedule(id)
  local row = {'', '', '0', '', '', '0', '', '', '1'}
  schedules[id] = row
  return row
end

local function index_due(id, row, there)
  if row[ENDS] ~= '' then
    mark(LEASED, row[ENDS] .. id, there)
  elseif row[DUE_AT] ~= '' then
    mark(DUE, row[DUE_AT] .. id, there)
  end
end

local function index_time(id, row, there)
  if row[HIDDEN] == '' then
    mark(TIMES, (row[NEXT] ~= '' and row[NEXT] or NEVER) .. id, there)
  end
end

-- Move a job in time: its planned time, when it is due, when its lease ends.
local function place(id, row, planned, due, ends, hidden)
  index_due(id, row, false)
  index_time(id, row, false)
  row[NEXT], row[DUE_AT], row[ENDS], row[HIDDEN] = planned, due, ends, hidden
  index_due(id, row, true)
  index_time(id, row, true)
  values[SCHEDULE][id] = pack_progress(row)
end

-- Put a job into the indexes of its definition, or take it out.
local function index_job(id, row, there)
  local command = there and 'SADD' or 'SREM'
  if row[KEEP_RUNS] ~= '' then
    mark(LIMITED, id, there)
  end
  if row[SINCE] ~= '' then
    mark(BROKEN, id, there)
    return
  end
  mark(IDS, id, there)
  mark(NAMES, row[NAME] .. '\0' .. id, there)
  if row[PAUSED_AT] ~= '' then
    call(command, PAUSED, id)
  end
end

-- Write a definition with its progress under a new term.
local function write_job(id, old, new, progress)
  if old then
    index_job(id, old, false)
  end
  index_job(id, new, true)
  values[JOBS][id] = pack(new)
  local row = schedules[id] or new_schedule(id)
  row[COUNT], row[DELAY], row[UNTIL] = progress[3], progress[4], progress[5]
  row[OWNER] = ''
  if old then
    row[JOB_TERM] = tostring(call('INCR', TERM))
  end
  place(id, row, progress[1], progress[2], '', '')
end

local function forget_jobs(ids)
  for position, text in ipairs(rows_of(JOBS, ids)) do
    local id = ids[position]
    local row = schedules[id]
    if text and row then
      index_job(id, read_job(text), false)
      index_due(id, row, false)
      index_time(id, row, false)
      schedules[id] = false
      values[JOBS][id], values[SCHEDULE][id] = false, false
    end
  end
end

-- Decide on jobs that have neither a planned time nor an active run.
--
-- ends: the latest end by job of what is written now.
local function decide(ids, ends)
  write_entries(ACTIVE)
  local finished, seen = {}, {}
  for _, id in ipairs(ids) do
    local row = schedules[id]
    if row and row[NEXT] == '' and not seen[id] then
      seen[id] = true
      local prefix = tagged(id)
      local active =
        call('ZLEXCOUNT', ACTIVE, '[' .. prefix, '[' .. prefix .. LAST)
      if active > 0 then
        -- The end of the last of them decides.
      elseif row[DELAY] == '' then
        finished[#finished + 1] = id
      elseif row[DELAY] ~= '0' and ends[id] then
        local planned = after_micros(ends[id], row[DELAY])
        local latest = row[UNTIL] ~= '' and row[UNTIL] or '353402300799999999'
        if #planned > 18 or planned > latest then
          finished[#finished + 1] = id
        else
          row[DELAY], row[UNTIL] = '', ''
          local due = planned
          if row[HIDDEN] ~= '' or call('SISMEMBER', PAUSED, id) == 1 then
            due = ''
          end
          place(id, row, planned, due, row[ENDS], row[HIDDEN])
        end
      end
    end
  end
  forget_jobs(finished)
end

local function note_end(ends, row)
  local id, ended = row[JOB_ID], row[ENDED_AT]
  if ended ~= '' and (not ends[id] or ends[id] < ended) then
    ends[id] = ended
  end
end

-- Give what builds a job, packed.
local function pack_job(id, row, progress)
  local revision, generation = row[REVISION], row[GENERATION]
  local paused, note, definition = row[PAUSED_AT], row[NOTE], row[DEFINITION]
  local planned, count = progress[NEXT], progress[COUNT]
  return struct.pack(
    SHOWN, #id, id, #revision, revision, #generation, generation, #paused, paused,
    #note, note, #definition, definition, #planned, planned, #count, count)
end

-- Give those jobs that are there and not in quarantine, packed.
local function pack_jobs(ids)
  load_schedules(ids)
  local parts, count = {}, 0
  for position, text in ipairs(rows_of(JOBS, ids)) do
    if text then
      local id = ids[position]
      local row = read_job(text)
      if row[SINCE] == '' then
        count = count + 1
        parts[count] = pack_job(id, row, schedules[id])
      end
    end
  end
  return tagged(tostring(count)) .. table.concat(parts)
end

-- Write all that was marked, keep the answer if it may be asked for again, and give it.
local function done(answer)
  write_values(JOBS)
  write_values(SCHEDULE)
  write_values(RUNS)
  for key in pairs(entries) do
    write_entries(key)
  end
  if receipt ~= '' then
    call('SET', receipt, answer, 'EX', 120)
  end
  return answer
end
