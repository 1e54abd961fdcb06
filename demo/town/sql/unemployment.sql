-- Grain: one row per spell of unemployment benefit that has begun. Old spells of people who work again (small towns have more of
-- them, or one story would look like a flood), and the stories'.
SELECT id, benefit_from - 9 AS registered_on, benefit_from, CASE WHEN benefit_to <= getvariable('month_end') OR is_known THEN benefit_to END AS benefit_to,
       money(benefit) AS benefit_monthly, story IS NULL AS may_spoil
FROM (
    SELECT id, story, first_day(getvariable('first') - 40 - (i % 20)) AS benefit_from, first_day(getvariable('first') - 34 - (i % 20)) AS benefit_to, false AS is_known, 1660 AS benefit
    FROM person WHERE story IS NULL AND work = 'firm' AND roll(30, i) % least(250, greatest(20, getvariable('persons') // 200)) = 0 AND birth < first_day(getvariable('first') - 12 * 26)
    UNION ALL
    SELECT id, story, DATE '2018-03-01', DATE '2018-09-01', false, 1500 FROM person WHERE i % getvariable('block') = getvariable('quiet_slot') AND has_come_up(h)
    UNION ALL
    SELECT id, story, CASE story WHEN 'benefit-ended' THEN first_day(turn - 7) ELSE first_day(turn - 2) END,
           CASE story WHEN 'benefit-ended' THEN day_in(turn, 15) ELSE first_day(turn + 8) END, story = 'benefit-ended', 1840
    FROM person WHERE (story LIKE 'job-loss%' OR story = 'benefit-ended') AND relation = 'head'
)
WHERE benefit_from <= getvariable('month_end')
