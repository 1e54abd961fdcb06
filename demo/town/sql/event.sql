-- Grain: one row per fire, flood, accident of the folder's month. Small ones, and the stories' large ones.
SELECT id, text AS kind, day AS happened_on, money(amount) AS loss, money(other) AS compensation, false AS may_spoil
FROM happening WHERE feed = 'event' AND folder = getvariable('m')
UNION ALL
SELECT id, ['fire', 'flood', 'traffic', 'work', 'other'][1 + (x >> 16) % 5], day_in(getvariable('m'), 1 + (x >> 24) % 28), money(300 + (x >> 32) % 4000), money(0), true
FROM (SELECT id, roll_month(46, i, getvariable('m')) AS x FROM person
      WHERE story IS NULL AND relation = 'head' AND roll_month(46, i, getvariable('m')) % 3000 = 0 AND (died_on IS NULL OR died_on > first_day(getvariable('m'))))
