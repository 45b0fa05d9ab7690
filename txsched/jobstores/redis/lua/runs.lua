-- The rows of the ledger.

local JOB_ID, PLANNED, EXECUTOR, RUN_TERM, RUN_ENDS, STATE, ATTEMPT, NODE, STARTED,
  ENDED_AT, REASON, CANCELLING, REST = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
local RUN = fields(13)

local function read_run(text)
  local row = {struct.unpack(RUN, text)}
  row[14] = nil
  return row
end

local function runs_of(ids)
  local rows = {}
  for place, text in ipairs(rows_of(RUNS, ids)) do
    rows[ids[place]] = text and read_run(text) or false
  end
  return rows
end

-- Put a run into the indexes of its state, or take it out.
local function index_run(id, row, there)
  if row[ENDED_AT] ~= '' then
    mark(ENDED, row[ENDED_AT] .. id, there)
    return
  end
  mark(ACTIVE, tagged(row[JOB_ID]) .. row[PLANNED] .. id, there)
  local executor = tagged(row[EXECUTOR])
  if row[RUN_ENDS] ~= '' then
    mark(HELD, executor .. row[RUN_ENDS] .. id, there)
  else
    mark(WAITING, executor .. row[PLANNED] .. id, there)
  end
end

local function index_ledger(id, row, there)
  mark(LEDGER, row[PLANNED] .. id, there)
  mark(HISTORY, tagged(row[JOB_ID]) .. row[PLANNED] .. id, there)
end

-- Each row has a function of its own: to pack field by field takes twice as long.
local function pack_run(r)
  return struct.pack(
    RUN, #r[1], r[1], #r[2], r[2], #r[3], r[3], #r[4], r[4], #r[5], r[5], #r[6], r[6],
    #r[7], r[7], #r[8], r[8], #r[9], r[9], #r[10], r[10], #r[11], r[11], #r[12], r[12],
    #r[13], r[13])
end

local function write_run(id, row)
  values[RUNS][id] = pack_run(row)
end

-- Write new runs, given as pairs of id and row; those that are there stay.
local function insert_runs(runs)
  local ids = {}
  for place, run in ipairs(runs) do
    ids[place] = run[1]
  end
  local known = rows_of(RUNS, ids)
  for place, run in ipairs(runs) do
    local id, row = run[1], run[2]
    if not known[place] and not values[RUNS][id] then
      write_run(id, row)
      index_run(id, row, true)
      index_ledger(id, row, true)
    end
  end
end

local function take_runs()
  local runs = {}
  for place = 1, take_number() do
    local id = take()
    runs[place] = {id, take_row(RUN)}
  end
  return runs
end

-- Leave out of the ledger what has ended.
local function forget_runs(ids)
  for id, row in pairs(runs_of(ids)) do
    if row then
      index_run(id, row, false)
      index_ledger(id, row, false)
      values[RUNS][id] = false
    end
  end
end

local function cancel_waiting(id, row, reason, now)
  index_run(id, row, false)
  row[STATE], row[REASON], row[ENDED_AT] = 'cancelled', '=' .. reason, now
  index_run(id, row, true)
  write_run(id, row)
end

-- Give runs with their ids, packed.
local function pack_runs(ids, rows)
  local parts = {tagged(tostring(#ids))}
  for _, id in ipairs(ids) do
    parts[#parts + 1] = tagged(id)
    parts[#parts + 1] = pack_run(rows[id])
  end
  return table.concat(parts)
end

local function active_of(job_id)
  local prefix = tagged(job_id)
  local ids = call('ZRANGEBYLEX', ACTIVE, '[' .. prefix, '[' .. prefix .. LAST)
  for place, member in ipairs(ids) do
    ids[place] = string.sub(member, #prefix + 19)
  end
  return ids
end
