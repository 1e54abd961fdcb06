-- Grain: one row per union: those there were, and each month one firm more founds its union.
SELECT * EXCLUDE (since), false AS may_spoil FROM union_org WHERE since IS NULL OR since <= getvariable('m')
