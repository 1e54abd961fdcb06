-- Grain: one row per person to whom something happens in a story. `month` is the event's, `folder` the one it arrives in.
CREATE TABLE happening AS
SELECT effect.* EXCLUDE (story, month, arrives, "on"), person.i, person.h, person.id, person.name, person.v, person.turn,
       person.turn + month AS month, person.turn + coalesce(arrives, month) AS folder, day_in(person.turn + month, 10 + visit_day) AS day
FROM effect JOIN person ON person.story = effect.story AND person.relation = effect."on"
WHERE person.died_on IS NULL OR person.died_on > day_in(person.turn + month, 10 + visit_day);

-- Grain: one row per person who moves away: where to.
CREATE TABLE mover AS
SELECT i, turn - 2 AS month, CASE story WHEN 'moved-in-province' THEN getvariable('in_province') ELSE getvariable('out_of_province') END AS area
FROM person WHERE story IN ('moved-in-province', 'moved-out-of-province');
