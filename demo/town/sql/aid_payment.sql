-- Grain: one row per payment of the folder's month: living allowance of those on a list, medical and temporary aid.
SELECT id, CASE WHEN scheme IN ('dibao', 'tekun') THEN 'dibao' ELSE 'temporary' END AS scheme, money(CASE WHEN scheme IN ('dibao', 'tekun') THEN 420 ELSE 260 END) AS amount,
       day_in(getvariable('m'), 15) AS paid_on, false AS may_spoil
FROM person WHERE scheme IS NOT NULL AND relation = 'head'
UNION ALL SELECT id, text, money(amount), day, false FROM happening WHERE feed = 'aid_payment' AND folder = getvariable('m')
UNION ALL
SELECT id, CASE WHEN x >> 20 & 1 = 1 THEN 'medical' ELSE 'temporary' END, money(200 + (x >> 24) % 1800), day_in(getvariable('m'), 5 + (x >> 40) % 20), true
FROM (SELECT roll_month(39, n, getvariable('m')) AS x, drawn(39, n, getvariable('quiet_slot')) AS i FROM range(greatest(12, getvariable('persons') // 400)) small(n)) JOIN person USING (i)
