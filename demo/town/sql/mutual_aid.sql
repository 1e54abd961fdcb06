-- Grain: one row per payment of the folder's month by the mutual-aid fund or an insurer: a steady number of small ones, and the stories'.
SELECT id, money(amount) AS amount, day AS paid_on, false AS may_spoil FROM happening WHERE feed = 'mutual_aid' AND folder = getvariable('m')
UNION ALL
SELECT id, money(200 + (x >> 24) % 2800), day_in(getvariable('m'), 3 + (x >> 40) % 24), true
FROM (SELECT roll_month(47, n, getvariable('m')) AS x, drawn(47, n, getvariable('quiet_slot')) AS i FROM range(greatest(12, getvariable('persons') // 400)) small(n)) JOIN person USING (i)
