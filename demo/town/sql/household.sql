-- Grain: one row per person's stay in a household. Movers and the divorced have two stays; people from elsewhere may have none.
WITH stay AS (
    SELECT i, household_no, area, greatest(birth, CASE WHEN relation = 'child' THEN birth ELSE DATE '2003-01-01' + (roll(40, h) % 6000)::INTEGER END) AS "from",
           CASE WHEN story LIKE 'moved-%' THEN first_day(turn - 2) WHEN story = 'divorce' AND relation = 'spouse' THEN day_in(turn, 16) END AS "to", relation
    FROM person JOIN village USING (v) WHERE story IS NULL OR story <> 'no-register'
    UNION ALL
    SELECT mover.i, left(mover.area, 6) || right(household_no, 9), mover.area, first_day(mover.month), NULL, relation FROM mover JOIN person USING (i)
    UNION ALL
    SELECT i, left(household_no, 6) || lpad((h + 500000000)::VARCHAR, 9, '0'), area, day_in(turn, 16), NULL, 'head' FROM person JOIN village USING (v)
    WHERE story = 'divorce' AND relation = 'spouse'
)
SELECT stay.household_no, id, name, stay.relation, birth, sex, stay.area, stay."from", CASE WHEN stay."to" <= getvariable('month_end') THEN stay."to" END AS "to",
       CASE WHEN died_on <= getvariable('month_end') THEN died_on END AS death_date, story IS NULL AS may_spoil
FROM stay JOIN person USING (i) WHERE stay."from" <= getvariable('month_end')
