-- Grain: one row per person and scheme. The stories' families, and old couples whom no union knows.
SELECT 'D' || lpad(h::VARCHAR, 9, '0') AS household_no, id, scheme, DATE '2022-04-01' AS "from", NULL::DATE AS "to", false AS may_spoil
FROM person WHERE scheme IS NOT NULL AND birth <= getvariable('month_end')
UNION ALL
SELECT 'D' || lpad(h::VARCHAR, 9, '0'), id, CASE roll(38, h) % 4 WHEN 0 THEN 'tekun' WHEN 1 THEN 'dibian' ELSE 'dibao' END,
       make_date(2015 + (roll(38, h) >> 8) % 7, 7, 1), NULL, true
FROM person WHERE i % getvariable('block') = getvariable('old_slot') AND roll(38, h) % 3 = 0
UNION ALL
SELECT 'D' || lpad(h::VARCHAR, 9, '0'), id, 'dibian', first_day(came_up(h)), NULL, true
FROM person WHERE i % getvariable('block') = getvariable('old_single_slot') AND has_come_up(h)
