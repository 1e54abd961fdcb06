-- Grain: one row per union. Codes: twelve digits for the union of an area, + G and a number for a grassroots union, + F and a letter for a sector federation.
CREATE TABLE union_org AS
SELECT getvariable('home')[:2] || '0000000000' AS code, NULL::VARCHAR AS parent, getvariable('province') || '总工会（演示）' AS name, 'province' AS level,
       getvariable('home')[:2] || '0000000000' AS area, NULL::VARCHAR AS uscc, 'active' AS state, NULL::BIGINT AS since
UNION ALL
SELECT getvariable('home')[:4] || '00000000', getvariable('home')[:2] || '0000000000', getvariable('city') || '总工会（演示）', 'city', getvariable('home')[:4] || '00000000', NULL, 'active', NULL
UNION ALL
SELECT DISTINCT county_code || '000000', getvariable('home')[:4] || '00000000', county || '总工会（演示）', 'county', county_code || '000000', NULL, 'active', NULL FROM town
UNION ALL
SELECT code || '000', county_code || '000000', county || name || '总工会（演示）', 'town', code || '000', NULL, 'active', NULL FROM town WHERE has_union
UNION ALL
SELECT county_code || '000000F' || upper(left(grp, 2)), county_code || '000000', county || zh || '行业工会联合会（演示）', 'federation', county_code || '000000', NULL, 'active', NULL
FROM (SELECT DISTINCT county_code, county FROM town), (VALUES ('truck', '货运'), ('ride', '网约车'), ('courier', '快递'), ('delivery', '外卖'), ('domestic', '家政')) sector(grp, zh)
UNION ALL
SELECT grassroots_code, CASE WHEN village.has_union THEN employer.town_code || '000' ELSE employer.county_code || '000000' END,
       employer.name || '工会', 'grassroots', employer.area, employer.uscc, CASE WHEN is_closed THEN 'closed' ELSE 'active' END,
       CASE WHEN NOT employer.has_union THEN getvariable('first') - 2 + row_number() OVER (PARTITION BY employer.has_union ORDER BY e) END
FROM employer JOIN village USING (area)
ORDER BY code;
