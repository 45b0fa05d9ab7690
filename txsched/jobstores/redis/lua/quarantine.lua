-- Put jobs aside that could not be loaded, unless they have another definition by now.

local now = take()
for _ = 1, take_number() do
  local id, revision, generation, reason = take(), take(), take(), take()
  local text = call('HGET', JOBS, id)
  local row = text and read_job(text)
  if row and row[SINCE] == '' and row[REVISION] == revision
      and row[GENERATION] == generation then
    load_schedules({id})
    local progress = schedules[id]
    index_job(id, row, false)
    row[ERROR], row[SINCE] = reason, now
    index_job(id, row, true)
    values[JOBS][id] = pack(row)
    place(id, progress, progress[NEXT], '', '', '1')
  end
end
return done('')
