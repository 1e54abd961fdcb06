-- Grain: one row per membership. Employees belong to their firm's union, or to the town's when the firm has none (one in six);
-- four in ten of those who insure themselves to a sector federation. Phones begin with 12: no such number is ever given out. i % 1000 = 29 (warts): wrong check digit.
SELECT CASE WHEN getvariable('warts') AND i % 1000 = 29 AND story IS NULL THEN wrong_check(id) ELSE id END AS id, name, union_code, joined_on,
       CASE WHEN left_on <= getvariable('month_end') THEN left_on END AS left_on, grp AS "group", '12' || lpad((roll(CASE WHEN has_come_up(h) THEN 50 ELSE 49 END, i) % 1000000000)::VARCHAR, 9, '0') AS phone, story IS NULL AS may_spoil,
       CASE WHEN getvariable('warts') AND i % 1000 = 29 AND story IS NULL THEN 'id-wrong-check-digit' END AS wart
FROM (
    SELECT person.i, h, id, person.name, person.story, DATE '2012-01-01' + ((x >> 10) % 3600)::INTEGER AS joined_on,
           CASE WHEN work IN ('firm', 'partly', 'paused') THEN CASE WHEN employer.has_union THEN grassroots_code WHEN firm_village.has_union AND (x % 6 = 0 OR story IS NOT NULL) THEN employer.town_code || '000' END
                WHEN work = 'flex' AND (x % 10 < 4 OR story IS NOT NULL) THEN home.county_code || '000000F' || upper(left(['truck', 'ride', 'courier', 'delivery', 'domestic'][1 + (x >> 4) % 5], 2)) END AS union_code,
           CASE WHEN work = 'flex' THEN ['truck', 'ride', 'courier', 'delivery', 'domestic'][1 + (x >> 4) % 5] END AS grp,
           CASE WHEN story IS NULL AND (x >> 30) % 60 = 0 THEN DATE '2020-01-01' + ((x >> 36) % 1000)::INTEGER END AS left_on
    FROM (SELECT *, roll(48, i) AS x FROM person
          WHERE work <> 'none' AND (story IS NOT NULL OR (roll(48, i) >> 24) % 20 > 0)
            AND (works_from IS NULL OR works_from <= getvariable('month_end')) AND (story IS NOT NULL OR retires_on > getvariable('month_end'))) person
    JOIN village home USING (v) LEFT JOIN employer USING (e) LEFT JOIN village firm_village ON firm_village.area = employer.area
)
WHERE union_code IS NOT NULL AND (left_on IS NULL OR left_on > joined_on)
