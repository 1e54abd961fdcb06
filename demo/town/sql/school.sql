-- Grain: one row per enrolment, the present one of each pupil or student. Stage by school year (from 1 September); one only child in 30
-- goes to a high-fee private school: two earners can carry that.
WITH pupil AS (
    SELECT person.*, roll(36, i) AS x, year(getvariable('month_end')) - CASE WHEN month(getvariable('month_end')) < 9 THEN 1 ELSE 0 END - cohort AS grade
    FROM person WHERE kin IN ('child', 'second')
), staged AS (
    SELECT *, CASE WHEN story = 'to-university' THEN CASE WHEN getvariable('m') >= turn THEN 'higher' ELSE 'senior' END
                   WHEN grade BETWEEN 3 AND 5 THEN 'kindergarten'
                   WHEN grade BETWEEN 6 AND 14 THEN CASE WHEN x % 200 = 0 THEN 'special' ELSE 'compulsory' END
                   WHEN grade BETWEEN 15 AND 17 THEN CASE WHEN higher THEN 'senior' ELSE 'vocational' END
                   WHEN grade BETWEEN 18 AND 21 AND higher THEN 'higher' END AS stage
    FROM pupil
)
SELECT id, stage, CASE WHEN story = 'to-university' OR (is_private AND stage <> 'special') THEN 'private' ELSE 'public' END AS ownership,
       money(CASE WHEN story = 'to-university' AND stage = 'higher' THEN 28000
                  WHEN is_private AND stage = 'compulsory' THEN 36000
                  ELSE CASE stage WHEN 'kindergarten' THEN 4800 WHEN 'senior' THEN 2400 WHEN 'higher' THEN 5800 ELSE 0 END END) AS fee_yearly,
       money(CASE WHEN scheme IS NOT NULL AND stage IN ('senior', 'higher') THEN 2000 WHEN story IS NULL AND has_come_up(h) THEN 300 ELSE 0 END) AS aid_yearly,
       CASE WHEN story = 'to-university' AND stage = 'higher' THEN first_day(turn)
            ELSE make_date(cohort + CASE WHEN stage = 'kindergarten' THEN 3 WHEN stage IN ('compulsory', 'special') THEN 6 WHEN stage = 'higher' THEN 18 ELSE 15 END, 9, 1) END AS "from",
       NULL::DATE AS "to", story IS NULL AS may_spoil
FROM (SELECT *, story IS NULL AND shape = 'one-child' AND roll(37, h) % 30 = 0 AS is_private FROM staged)
WHERE stage IS NOT NULL
