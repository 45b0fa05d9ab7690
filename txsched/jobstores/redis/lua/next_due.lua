-- Give the earliest instant at which there may be something to claim.

local now, any = take(), take()
if any ~= '' then
  if call('ZCARD', WAITING) > 0 then
    return now
  end
else
  for _ = 1, take_number() do
    local prefix = tagged(take())
    if first_of(WAITING, '[' .. prefix, '[' .. prefix .. LAST) then
      return now
    end
  end
end
local lease = first_of(LEASED, '-', '+')
lease = lease and string.sub(lease, 1, 18)
local held = first_of(HELD, '-', '+')
while held do
  local executor, place_of = struct.unpack(ONE, held)
  local ends = string.sub(held, place_of, place_of + 17)
  if not lease or ends < lease then
    lease = ends
  end
  held = first_of(HELD, '(' .. tagged(executor) .. LAST, '+')
end
if lease and mode == 'store' then
  local s, m = split(lease)
  local clock_s, clock_m = split(clock_of(now))
  lease = after(now, s - clock_s, m - clock_m)
end
local due = first_of(DUE, '-', '+')
due = due and string.sub(due, 1, 18)
if due and (not lease or due < lease) then
  return due
end
return lease or ''
