-- Grain: one row per marriage; some join people of two household numbers. Half of the partners' order is turned round.
SELECT CASE WHEN turned THEN wife ELSE husband END AS id_a, CASE WHEN turned THEN husband ELSE wife END AS id_b, "from",
       CASE WHEN "to" <= getvariable('month_end') THEN "to" END AS "to", may_spoil
FROM (
    SELECT a.id AS husband, b.id AS wife, roll(41, a.i) & 1 = 1 AS turned, a.story IS NULL AS may_spoil,
           least((greatest(a.birth, b.birth) + INTERVAL 21 YEAR)::DATE + (roll(41, a.i) >> 8 & 1023)::INTEGER, first_day(getvariable('oldest')) - 90) AS "from",
           CASE WHEN a.story = 'divorce' THEN day_in(a.turn, 16) END AS "to"
    FROM person a JOIN person b ON b.i = a.i - a.i % getvariable('block') + a.mate WHERE a.mate IS NOT NULL AND a.i % getvariable('block') < a.mate
    UNION ALL
    SELECT groom.id, bride.id, false, false, day_in(groom.turn, 12), NULL FROM person groom JOIN person bride ON bride.i = groom.i + 1 WHERE groom.story = 'wedding'
)
WHERE "from" <= getvariable('month_end')
