-- Grain: one row per household with a story: what befalls it and in which month (its turn).
-- A cycle's first round has its turns in the first three live months in turn, the others anywhere from eight months before to the last.
CREATE TABLE story AS
SELECT (b * 40 + cycle.household)::INTEGER AS h, cycle.name AS story,
       (CASE b // cycle.length
            WHEN 0 THEN getvariable('first') + cycle.place % least(3, getvariable('months'))
            ELSE getvariable('first') - 8 + roll(3, b * 40 + cycle.household) % (getvariable('months') + 8)
        END)::INTEGER AS turn
FROM range(getvariable('persons') // getvariable('block')) whole(b) JOIN cycle ON b % cycle.length = cycle.place;
-- The bride of a wedding lives in the household next to the groom's.
INSERT INTO story SELECT h + 1, 'wedding-bride', turn FROM story WHERE story = 'wedding';

-- Grain: one row per person, without ID number.
CREATE TEMP TABLE body AS
WITH slotted AS (
    SELECT i::INTEGER AS i, ((i // getvariable('block')) * 40 + slot.household)::INTEGER AS h, slot.*,
           roll(4, i) AS x
    FROM range(getvariable('persons')) everyone(i) JOIN slot ON slot.slot = i % getvariable('block')
), housed AS (
    SELECT slotted.*, roll(5, h) AS y, story.story, story.turn, kind.* EXCLUDE (name)
    FROM slotted LEFT JOIN story USING (h) LEFT JOIN kind ON kind.name = story.story
), aged AS (
    SELECT *, (CASE
            WHEN kin IN ('child', 'second') AND story IS NOT NULL THEN child_age - CASE kin WHEN 'second' THEN 4 ELSE 0 END
            ELSE coalesce(head_age, low + y % span) - gap - CASE WHEN story IS NULL THEN x % gap_span ELSE 0 END END)::INTEGER AS raw_age,
        CASE WHEN sex_fixed IS NULL THEN CASE WHEN x >> 8 & 1 = 1 THEN 'M' ELSE 'F' END
             WHEN shape IN ('couple', 'one-child', 'two-children') AND story IS NULL AND (y >> 40) % 4 = 0 AND relation IN ('head', 'spouse')
                 THEN CASE sex_fixed WHEN 'M' THEN 'F' ELSE 'M' END
             ELSE sex_fixed END AS sex
    FROM housed
), born AS (
    SELECT *, make_date(getvariable('base_year') - 1 - (CASE
            WHEN kin IN ('child', 'second') AND raw_age < 0 THEN x % 3
            WHEN relation = 'parent' AND raw_age < 62 THEN 62 + x % 6
            ELSE raw_age END), 1, 1) + ((x >> 10) % 365)::INTEGER AS birth
    FROM aged
)
SELECT i, h, relation, kin, shape, mate, sex, birth, x, y, story, turn, scheme, head_work, head_base, spouse_work, spouse_base,
       ((y >> 16) % getvariable('villages'))::INTEGER AS v,
       (birth + INTERVAL (CASE sex WHEN 'M' THEN 60 ELSE 55 END) YEAR)::DATE AS retires_on,
       year(birth + INTERVAL 4 MONTH)::INTEGER AS cohort,  -- calendar year of the school year somebody belongs to
       kin IN ('child', 'second') AND (x >> 20) % 10 < 6 AS higher
FROM born;

-- Grain: one row per person. `seq` makes the ID number unique among those of the same county, day and sex.
CREATE TABLE person AS
WITH from_somewhere AS (
    SELECT body.*, village.county_code, CASE
        WHEN story = 'no-register' OR (story IS NULL AND (x >> 24) % 100 < 12) THEN getvariable('elsewhere')[1 + (x >> 32) % len(getvariable('elsewhere'))]
        WHEN year(birth) <= 2013 THEN village_prefix.old ELSE village.county_code::INTEGER END AS prefix
    FROM body JOIN village USING (v) JOIN village_prefix USING (county_code)
), numbered AS (
    SELECT *, prefix::BIGINT * 100000000000 + (year(birth) * 10000 + month(birth) * 100 + day(birth))::BIGINT * 1000
        + 2 * row_number() OVER (PARTITION BY prefix, birth, sex ORDER BY i) - CASE sex WHEN 'M' THEN 1 ELSE 0 END AS digits
    FROM from_somewhere
), working AS (
    SELECT *, CASE
        WHEN retires_on <= getvariable('base_day') AND story IS NULL THEN 'none'
        WHEN relation = 'head' THEN coalesce(head_work, CASE WHEN (x >> 28) % 100 < 96 THEN 'firm' ELSE 'flex' END)
        WHEN kin = 'wife' THEN coalesce(spouse_work, CASE WHEN (x >> 28) % 100 < 80 THEN 'firm' WHEN (x >> 28) % 100 < 90 THEN 'flex' ELSE 'none' END)
        WHEN kin = 'daughter' THEN 'firm'
        WHEN kin IN ('child', 'second') AND story IS NULL THEN 'firm'  -- from the day the last school ends
        ELSE 'none' END AS work
    FROM numbered
)
SELECT i, h, shape, relation, kin, sex, birth, v, mate, story, turn, scheme, cohort, higher, retires_on,
       digits::VARCHAR || id_check(digits) AS id,
       surname(CASE WHEN kin IN ('wife', 'mother') THEN x >> 36 ELSE y >> 8 END) || given_name(x >> 42) AS name,
       county_code || lpad(h::VARCHAR, 9, '0') AS household_no,
       work,
       CASE WHEN work IN ('firm', 'partly', 'paused') THEN first_employer + (employers * ((x >> 30) % 1000) * ((x >> 50) % 1000) // 1000000)::INTEGER END AS e,
       (CASE
            WHEN relation = 'head' AND head_base IS NOT NULL THEN head_base
            WHEN kin = 'wife' AND spouse_base IS NOT NULL THEN spouse_base
            WHEN work = 'flex' THEN 5600
            ELSE CASE shape WHEN 'three-generations' THEN 9000 WHEN 'single' THEN 5400 WHEN 'one-child' THEN 5600 WHEN 'couple' THEN 5400 ELSE 6600 END
                + ((x >> 26) % 100) * ((x >> 33) % 100) // 10 * 10 END)::INTEGER AS base,
       CASE WHEN kin IN ('child', 'second') THEN make_date(cohort + CASE WHEN higher THEN 22 ELSE 18 END, 7, 1) END AS works_from,
       CASE
           WHEN story = 'dead-sole-earner' AND relation = 'head' THEN day_in(turn, 12)
           WHEN story = 'death-of-the-ill' THEN day_in(turn + 2, 9)
           WHEN story IS NULL AND birth < getvariable('base_day') - INTERVAL 78 YEAR AND (x >> 45) % 100 < 8
               THEN day_in(getvariable('first') - 1 + (x >> 52) % (getvariable('months') + 1), 20) END AS died_on
FROM working JOIN county_employers USING (county_code)
ORDER BY i;
DROP TABLE body;
