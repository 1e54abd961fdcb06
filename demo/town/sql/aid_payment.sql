-- Grain: one row per payment of the folder's month: living allowance of those on a list, medical and temporary aid.
SELECT id, CASE WHEN scheme IN ('dibao', 'tekun') THEN 'dibao' ELSE 'temporary' END AS scheme, money(CASE WHEN scheme IN ('dibao', 'tekun') THEN 420 ELSE 260 END) AS amount,
       day_in(getvariable('m'), 15) AS paid_on, false AS may_spoil
FROM person WHERE scheme IS NOT NULL AND relation = 'head'
UNION ALL SELECT id, text, money(amount), day, false FROM happening WHERE feed = 'aid_payment' AND folder = getvariable('m')
UNION ALL
SELECT id, CASE WHEN roll_month(39, i, getvariable('m')) >> 20 & 1 = 1 THEN 'medical' ELSE 'temporary' END, money(200 + (roll_month(39, i, getvariable('m')) >> 24) % 1800),
       day_in(getvariable('m'), 5 + (roll_month(39, i, getvariable('m')) >> 40) % 20), true
FROM person WHERE story IS NULL AND roll_month(39, i, getvariable('m')) % 2500 = 0 AND (died_on IS NULL OR died_on > getvariable('month_end'))
