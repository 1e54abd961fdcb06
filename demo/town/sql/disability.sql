-- Grain: one row per certificate. About 2 in 100 of those over sixteen, most of them grade 3 or 4; a new grade closes the old row.
SELECT id, kind, grade, "from", CASE WHEN "to" <= getvariable('month_end') THEN "to" END AS "to", story IS NULL AS may_spoil
FROM (
    SELECT id, story, (1 + (x >> 10) % 7)::INTEGER AS kind, (CASE WHEN (x >> 20) % 6 = 0 THEN 1 + (x >> 30) % 2 ELSE 3 + (x >> 30) % 2 END)::INTEGER AS grade,
           (DATE '2012-01-01' + ((x >> 34) % 2900)::INTEGER) AS "from", NULL::DATE AS "to"
    FROM (SELECT *, roll(34, i) AS x FROM person WHERE story IS NULL AND cohort < 2004 AND roll(34, i) % 1000 < 21)
    UNION ALL SELECT id, story, 1, 4, day_in(came_up(h), 6), NULL FROM person WHERE i % getvariable('block') = getvariable('old_slot') AND has_come_up(h)
    UNION ALL SELECT id, story, 4, 2, day_in(turn, 8), NULL FROM person WHERE story = 'new-disability' AND relation = 'head'
    UNION ALL SELECT id, story, 4, 3, DATE '2018-05-07', day_in(turn, 8) FROM person WHERE story = 'worse-disability' AND relation = 'head'
    UNION ALL SELECT id, story, 4, 1, day_in(turn, 8), NULL FROM person WHERE story = 'worse-disability' AND relation = 'head'
    UNION ALL SELECT id, story, 3, 3, DATE '2016-03-11', NULL FROM person WHERE story = 'old-and-disabled' AND relation = 'spouse'
)
WHERE "from" <= getvariable('month_end')
