-- Grain: one row per report of the folder's month, by the union of the town or county.
SELECT id, CASE WHEN has_union THEN town_code || '000' ELSE county_code || '000000' END AS union_code, day AS reported_on, text AS cause, money(amount) AS income_12m,
       '走访所见（演示数据）' AS note, false AS may_spoil
FROM happening JOIN village USING (v) WHERE feed = 'canvass' AND folder = getvariable('m')
