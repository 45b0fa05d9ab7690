-- Write that a node lives, and give the clock.

local id, now, text = take(), take(), take()
local clock = clock_of(now)
call('HSET', NODES, id, tagged(clock) .. text)
return mode == 'store' and clock or ''
