-- Grain: one row per county and date from which it holds. The values are invented; they rise by 40 yuan every July.
SELECT county_code AS area, make_date(y, 7, 1) AS "from", money(1060 + 40 * (y - getvariable('base_year')) + 10 * (place % 4)) AS dibao_monthly,
       (48 + place % 5)::DECIMAL(10, 2) AS mean_housing_area_m2, false AS may_spoil
FROM (SELECT county_code, row_number() OVER (ORDER BY county_code) AS place FROM (SELECT DISTINCT county_code FROM town)),
     (SELECT unnest(range(getvariable('base_year') - 2, getvariable('last_year') + 1)) AS y)
WHERE make_date(y, 7, 1) <= getvariable('month_end')
