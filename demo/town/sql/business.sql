-- Grain: one row per role in a business. One head in forty, small capital mostly.
SELECT id, uscc(left(household_no, 6), 50000000 + i) AS uscc, CASE WHEN x & 1 = 1 THEN 'legal_representative' ELSE 'shareholder' END AS role,
       money(10000 * (1 + (x >> 8) % 30)) AS capital, CASE WHEN (x >> 16) % 4 = 0 THEN 'closed' ELSE 'open' END AS state,
       DATE '2014-01-01' + ((x >> 20) % 2000)::INTEGER AS "from", CASE WHEN (x >> 16) % 4 = 0 THEN DATE '2020-01-01' + ((x >> 40) % 600)::INTEGER END AS "to", true AS may_spoil
FROM (SELECT *, roll(45, i) AS x FROM person WHERE relation = 'head' AND story IS NULL AND roll(45, i) >> 32 & 63 = 0)
UNION ALL
SELECT id, uscc(left(household_no, 6), 90000000 + h), 'legal_representative', money(20000), 'open', day_in(came_up(h), 11), NULL, true
FROM person WHERE i % getvariable('block') = getvariable('quiet_slot') AND has_come_up(h)
