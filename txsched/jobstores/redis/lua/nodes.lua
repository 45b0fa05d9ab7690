-- Give all nodes.

return pack(call('HGETALL', NODES))
