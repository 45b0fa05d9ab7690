-- Give the version of the schema, 0 for none.

return call('GET', SCHEMA) or '0'
