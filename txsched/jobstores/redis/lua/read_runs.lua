-- Give runs by their ids.

local ids, there = {}, {}
for position = 1, take_number() do
  ids[position] = take()
end
local rows = runs_of(ids)
for _, id in ipairs(ids) do
  if rows[id] then
    there[#there + 1] = id
  end
end
return pack_runs(there, rows)
