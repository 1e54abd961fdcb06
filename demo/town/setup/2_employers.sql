-- Invented villages of real towns. Grain: one row per village. `v` counts them through; a household lives in one.
CREATE TABLE village AS
SELECT (row_number() OVER (ORDER BY town.code, n) - 1)::INTEGER AS v,
       town.code || lpad(n::VARCHAR, 3, '0') AS area, town.code AS town_code, town.county_code, town.has_union
FROM town, LATERAL (SELECT unnest(range(1, villages + 1)) AS n);

-- Invented firms. Grain: one row per employer; those of a county have neighbouring numbers.
CREATE TABLE employer AS
WITH placed AS (
    SELECT village.*, n, roll(1, n) AS x, (row_number() OVER (ORDER BY county_code, n) - 1)::INTEGER AS e
    FROM range(getvariable('employers')) firm(n) JOIN village ON village.v = roll(2, n) % getvariable('villages')
)
SELECT e, area, town_code, county_code, uscc(county_code, 10000000 + e) AS uscc,
       (SELECT any_value(county) FROM town WHERE town.county_code = placed.county_code) || ['拟', '例', '演', '样'][1 + x % 4]
           || ['纺织', '印染', '轴承', '袜业', '茶业', '黄酒', '建设', '机械', '物流', '电子', '珍珠', '医药', '餐饮', '百货', '家政', '物业'][1 + (x >> 4) % 16]
           || (e + 1)::VARCHAR || '号有限公司' AS name,
       (x >> 12) % 100 < 85 AS has_union,
       (x >> 20) % 100 = 0 AS is_closed,
       area || 'G' || lpad(e::VARCHAR, 6, '0') AS grassroots_code
FROM placed;

-- Grain: one row per county: where its employers begin and how many they are.
CREATE TABLE county_employers AS
SELECT county_code, (min(e))::INTEGER AS first_employer, (count(*))::INTEGER AS employers FROM employer GROUP BY county_code;
