-- Grain: one row per person, kind and month. Everybody in work has 110 (without an employer when insuring oneself); half have 310, a quarter of the
-- employees 210: the county sends only a sample of these, so that the town has about twelve rows per person and year.
-- A row with paid = 0 says that nothing came: when a job ended (with the reason), and for people who are insured but do not pay.
WITH insured AS (
    SELECT i, id, work, story, turn, e, base, kind,
           CASE WHEN story LIKE 'job-loss%' THEN CASE WHEN getvariable('m') = turn - 2 THEN 'dismissed' END
                WHEN story = 'benefit-ended' THEN CASE WHEN getvariable('m') = turn - 7 THEN 'ended' END
                WHEN month_of(retires_on) = getvariable('m') THEN 'retired' END AS stop_reason
    FROM person CROSS JOIN (VALUES ('110'), ('310'), ('210')) kinds(kind)
    WHERE work <> 'none'
      AND (kind <> '210' OR (work = 'firm' AND i % 16 < 4)) AND (kind <> '310' OR i % 16 < 8)
      AND (kind = '110' OR work <> 'paused')
      AND retires_on >= first_day(getvariable('m'))
      AND (died_on IS NULL OR died_on >= first_day(getvariable('m')))
      AND (works_from IS NULL OR works_from <= first_day(getvariable('m')))
      AND (work <> 'partly' OR getvariable('m') % 12 IN (1, 2, 5, 8, 9))
      AND NOT (coalesce(story, '') LIKE 'job-loss%' AND relation = 'head' AND getvariable('m') BETWEEN turn - 1 AND turn + CASE story WHEN 'job-loss' THEN 99 ELSE 7 END)
      AND NOT (coalesce(story, '') = 'benefit-ended' AND relation = 'head' AND getvariable('m') > turn - 7)
      AND (stop_reason IS NULL OR kind = '110')
)
SELECT id AS aac002, uscc AS aab001, kind AS aae140, getvariable('month') AS month, money(base) AS aac040,
       (work <> 'paused' AND stop_reason IS NULL)::INTEGER AS paid, CASE WHEN work = 'paused' THEN 'other' ELSE stop_reason END AS stop_reason,
       story IS NULL AS may_spoil
FROM insured LEFT JOIN employer USING (e)
