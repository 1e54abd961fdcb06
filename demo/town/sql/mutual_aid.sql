-- Grain: one row per payment of the folder's month by the mutual-aid fund or an insurer.
SELECT id, money(amount) AS amount, day AS paid_on, false AS may_spoil FROM happening WHERE feed = 'mutual_aid' AND folder = getvariable('m')
UNION ALL
SELECT id, money(200 + (x >> 24) % 2800), day_in(getvariable('m'), 3 + (x >> 40) % 24), true
FROM (SELECT id, roll_month(47, i, getvariable('m')) AS x FROM person
      WHERE story IS NULL AND work = 'firm' AND roll_month(47, i, getvariable('m')) % 1200 = 0)
