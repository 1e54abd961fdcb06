-- Grain: one row per person's stay in a household. Movers and the divorced have two stays; people from elsewhere have none.
WITH stay AS (
    SELECT person.*, second, mover.area AS new_area, village.area AS old_area,
           CASE WHEN story LIKE 'moved-%' THEN first_day(turn - 2) WHEN story = 'divorce' AND relation = 'spouse' THEN day_in(turn, 16) END AS left_on,
           greatest(birth, CASE WHEN relation = 'child' THEN birth ELSE DATE '2003-01-01' + (roll(40, h) % 6000)::INTEGER END) AS came_on
    FROM person CROSS JOIN (VALUES (false), (true)) stays(second) JOIN village USING (v) LEFT JOIN mover USING (i)
    WHERE story IS NULL OR story <> 'no-register'
), dated AS (
    SELECT *, CASE WHEN second THEN left_on ELSE came_on END AS "from", CASE WHEN NOT second AND left_on <= getvariable('month_end') THEN left_on END AS "to"
    FROM stay WHERE NOT second OR left_on IS NOT NULL
)
SELECT CASE WHEN NOT second THEN household_no WHEN story = 'divorce' THEN left(household_no, 6) || lpad((h + 500000000)::VARCHAR, 9, '0')
            ELSE left(new_area, 6) || right(household_no, 9) END AS household_no,
       id, name, CASE WHEN second AND story = 'divorce' THEN 'head' ELSE relation END AS relation, birth, sex,
       CASE WHEN second THEN coalesce(new_area, old_area) ELSE old_area END AS area, "from", "to",
       CASE WHEN died_on <= getvariable('month_end') THEN died_on END AS death_date, story IS NULL AS may_spoil
FROM dated WHERE "from" <= getvariable('month_end')
