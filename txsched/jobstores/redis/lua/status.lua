-- Count.

local broken = call('ZCARD', BROKEN)
return pack({
  call('HLEN', JOBS) - broken, call('SCARD', PAUSED), broken, call('ZCARD', ACTIVE),
  call('HLEN', RUNS),
})
