-- Grain: one row per union.
SELECT *, false AS may_spoil FROM union_org
