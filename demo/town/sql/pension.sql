-- Grain: one row per pensioner alive or recently dead. A third of the old have the small residents' pension only; a block's corrections come month by month.
SELECT id, retires_on AS retired_on,
       money(CASE WHEN relation <> 'parent' AND retires_on > DATE '2015-01-01' THEN 2900 + roll(32, i) % 180 * 10
                  WHEN roll(32, i) % 3 = 0 OR story = 'old-and-disabled' THEN 380 + roll(33, i) % 52 * 10 ELSE 2600 + roll(33, i) % 220 * 10 END
             + CASE WHEN has_come_up(h) THEN 10 ELSE 0 END) AS pension_monthly,
       story IS NULL AS may_spoil
FROM person WHERE retires_on <= getvariable('month_end')
