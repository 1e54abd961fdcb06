-- Grain: one row per share of a property. Two thirds of the heads own a home, some with the wife; few own a second or a shop.
-- i % 1000 = 29 (warts): wrong check digit.
WITH owned AS (
    SELECT i, id, h, v, story, mate, part, roll(42, h) AS x FROM person CROSS JOIN (VALUES (0), (1), (2)) parts(part)
    WHERE relation IN ('head', 'spouse') AND story IS NULL
      AND CASE part WHEN 0 THEN roll(42, h) % 3 > 0 AND (relation = 'head' OR roll(42, h) >> 8 & 1 = 1)
                    WHEN 1 THEN relation = 'head' AND (roll(42, h) >> 16) % 16 = 0 ELSE relation = 'head' AND (roll(42, h) >> 24) % 40 = 0 END
)
SELECT CASE WHEN getvariable('warts') AND i % 1000 = 29 THEN wrong_check(id) ELSE id END AS id, 'R' || h || '-' || part AS property_no, CASE part WHEN 2 THEN 'shop' ELSE 'housing' END AS use,
       (55 + (x >> 30 + part * 4) % 90)::DECIMAL(10, 2) AS area_m2,
       (CASE WHEN part = 0 AND x >> 8 & 1 = 1 AND mate IS NOT NULL THEN 0.5 ELSE 1 END)::DECIMAL(6, 4) AS share, area, true AS may_spoil,
       CASE WHEN getvariable('warts') AND i % 1000 = 29 THEN 'id-wrong-check-digit' END AS wart
FROM owned JOIN village USING (v)
UNION ALL
SELECT id, 'R' || h || '-G', 'other', 14, 1, area, true, NULL FROM person JOIN village USING (v)
WHERE i % getvariable('block') = getvariable('quiet_slot') AND has_come_up(h)
UNION ALL
SELECT person.id, 'R' || person.h || '-S' || n, 'housing', homes[n]::DECIMAL(10, 2), 1::DECIMAL(6, 4), area, false, NULL
FROM person JOIN kind ON kind.name = person.story JOIN village USING (v), LATERAL (SELECT unnest(range(1, len(homes) + 1)) AS n)
WHERE relation = 'head' AND len(homes) > 0
