-- Forget ended runs by age and by count.

local before, keep, limit = take(), take(), take_number()
local high, most = '(' .. before, limit
local function oldest(bound, count)
  local ids = call('ZRANGEBYLEX', ENDED, '-', bound, 'LIMIT', 0, count)
  for position, member in ipairs(ids) do
    ids[position] = string.sub(member, 19)
  end
  forget_runs(ids)
  write_entries(ENDED)
  return #ids
end

local removed = 0
if before ~= '' then
  removed = oldest(high, most)
end
if keep ~= '' and removed < limit then
  local surplus = call('ZCARD', ENDED) - tonumber(keep)
  if surplus > 0 then
    removed = removed + oldest('+', math.min(surplus, limit - removed))
  end
end
return done(tostring(removed))
