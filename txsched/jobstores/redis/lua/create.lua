-- From nothing to version 1: the keys come with what is put into them.

if not call('GET', SCHEMA) then
  call('SET', SCHEMA, '1')
end
return call('GET', SCHEMA)
