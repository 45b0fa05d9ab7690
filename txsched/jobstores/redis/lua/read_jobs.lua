-- Give jobs by their ids.

local ids = {}
for position = 1, take_number() do
  ids[position] = take()
end
return pack_jobs(ids)
