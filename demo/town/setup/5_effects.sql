-- Grain: one row per person and thing that happens to them in a story. `month` is the event's, `folder` the one it arrives in.
CREATE TABLE happening AS
SELECT * FROM (
    SELECT effect.* EXCLUDE (story, month, arrives, "on", day, last_day), person.i, person.h, id, name, v, turn, died_on,
           turn + month AS month, turn + coalesce(arrives, month) AS folder,
           CASE WHEN last_day THEN first_day(turn + month + 1) - 1 ELSE day_in(turn + month, day) END AS day
    FROM effect JOIN person ON person.story = effect.story AND person.relation = effect."on"
)
WHERE died_on IS NULL OR died_on > day;

-- Grain: one row per person who moves away: where to.
CREATE TABLE mover AS
SELECT i, turn - 2 AS month, CASE story WHEN 'moved-in-province' THEN getvariable('in_province') ELSE getvariable('out_of_province') END AS area
FROM person WHERE story IN ('moved-in-province', 'moved-out-of-province');
