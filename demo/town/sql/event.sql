-- Grain: one row per fire, flood, accident of the folder's month. A steady number of small ones, and the stories' large ones.
SELECT id, text AS kind, day AS happened_on, money(amount) AS loss, money(other) AS compensation, false AS may_spoil
FROM happening WHERE feed = 'event' AND folder = getvariable('m')
UNION ALL
SELECT id, ['fire', 'flood', 'traffic', 'work', 'other'][1 + (x >> 16) % 5], day_in(getvariable('m'), 1 + (x >> 24) % 28), money(300 + (x >> 32) % 4000), money(0), true
FROM (SELECT roll_month(46, n, getvariable('m')) AS x, drawn(46, n, getvariable('quiet_slot')) AS i FROM range(greatest(12, getvariable('persons') // 500)) small(n)) JOIN person USING (i)
