-- Grain: one row per report of the folder's month, by the union of the town or county: the stories', and a steady number about
-- old people without a worker in the house, whom sensing leaves to the community.
SELECT id, CASE WHEN has_union THEN town_code || '000' ELSE county_code || '000000' END AS union_code, day AS reported_on, cause, money(income) AS income_12m,
       '走访所见（演示数据）' AS note, false AS may_spoil
FROM (
    SELECT id, v, day, text AS cause, amount AS income FROM happening WHERE feed = 'canvass' AND folder = getvariable('m')
    UNION ALL
    SELECT id, v, day_in(getvariable('m'), 1 + (x >> 24) % 27), ['因病', '因残', '低收入'][1 + (x >> 16) % 3], NULL
    FROM (SELECT roll_month(51, n, getvariable('m')) AS x, drawn(51, n, getvariable('old_slot')) AS i FROM range(greatest(10, getvariable('persons') // 1000)) report(n)) JOIN person USING (i)
) JOIN village USING (v)
