-- Forget what is beyond the keep_runs of some of the jobs that have one.
--
-- Gives behind which job to go on, empty at the end, and how many runs were forgotten.

local behind, limit = take(), take_number()
local low = behind ~= '' and '(' .. behind or '-'
local ids = call('ZRANGEBYLEX', LIMITED, low, '+', 'LIMIT', 0, 50)
local removed, more = 0, #ids == 50 and ids[50] or ''
for position, text in ipairs(rows_of(JOBS, ids)) do
  local id = ids[position]
  local prefix = tagged(id)
  local from, to = '[' .. prefix, '[' .. prefix .. LAST
  local active = call('ZLEXCOUNT', ACTIVE, from, to)
  local surplus = call('ZLEXCOUNT', HISTORY, from, to) - active
    - tonumber(read_job(text)[KEEP_RUNS])
  local room = math.min(surplus, limit - removed)
  if room > 0 then
    local oldest =
      call('ZRANGEBYLEX', HISTORY, from, to, 'LIMIT', 0, room + active)
    for place_of, member in ipairs(oldest) do
      oldest[place_of] = string.sub(member, #prefix + 19)
    end
    local rows, gone = runs_of(oldest), {}
    for _, run_id in ipairs(oldest) do
      if rows[run_id][ENDED_AT] ~= '' and #gone < room then
        gone[#gone + 1] = run_id
      end
    end
    forget_runs(gone)
    removed = removed + #gone
  end
  if removed >= limit then
    -- This job may have more, which the next call finds.
    more = ''
    break
  end
end
return done(pack({more, removed}))
