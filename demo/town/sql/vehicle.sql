-- Grain: one row per vehicle: cars in half of the households, some motorcycles, lorries of self-employed drivers. i % 1000 = 29 (warts): wrong check digit.
SELECT CASE WHEN getvariable('warts') AND i % 1000 = 29 THEN wrong_check(id) ELSE id END AS id,
       CASE WHEN work = 'flex' THEN 'commercial' WHEN x % 10 = 0 THEN 'motorcycle' ELSE 'car' END AS kind,
       DATE '2011-01-01' + ((x >> 8) % 4300)::INTEGER AS first_registered_on, money(CASE WHEN x % 10 = 0 THEN 6000 ELSE 60000 + (x >> 24) % 140 * 1000 END) AS price, true AS may_spoil,
       CASE WHEN getvariable('warts') AND i % 1000 = 29 THEN 'id-wrong-check-digit' END AS wart
FROM (SELECT *, roll(44, i) AS x FROM person WHERE relation = 'head' AND story IS NULL AND roll(44, i) >> 44 & 1 = 1)
UNION ALL
SELECT id, 'motorcycle', day_in(came_up(h), 7), money(6800), true, NULL FROM person WHERE i % getvariable('block') = getvariable('quiet_slot') AND has_come_up(h)
