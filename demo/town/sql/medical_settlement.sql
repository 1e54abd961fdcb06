-- Grain: one row per settlement (or refund) delivered in the folder's month. About five per person and year; the old have more.
-- i % 1000 = 7: everything of these persons arrives two months late. Warts, by `kind`: 2 refund of the first settlement,
-- 3 the same row again, 4 a refund without a settlement, 5 a refund with the wrong sign. i % 1000 = 29: wrong check digit.
WITH visit AS (
    SELECT i, id, name, v, story, kind, n, em, roll_month(20 + n, i, em) AS x, birth < getvariable('base_day') - INTERVAL 60 YEAR AS is_old
    FROM (SELECT *, (getvariable('m') - CASE WHEN i % 1000 = 7 AND story IS NULL THEN 2 ELSE 0 END)::BIGINT AS em FROM person) person
    CROSS JOIN (VALUES (0, 0), (1, 1), (2, 0), (3, 0), (4, 0), (5, 0)) copies(kind, n)
    WHERE (kind < 2 OR (getvariable('warts') AND story IS NULL AND CASE kind
                WHEN 2 THEN i % 400 = 11 WHEN 3 THEN i % 1000 = 23 WHEN 4 THEN i % 500 = 37 ELSE i % 500 = 41 END))
      AND em >= getvariable('oldest') AND (died_on IS NULL OR died_on > first_day(em))
      AND birth < first_day(em)
      AND (story IS NULL OR story NOT LIKE 'moved-%' OR em < turn - 2)
), met AS (
    SELECT *, (x >> 17) % CASE WHEN is_old THEN 140 ELSE 250 END = 0 AS is_stay FROM visit
    WHERE x % 1000 < CASE WHEN is_old THEN 480 WHEN n = 0 THEN 270 ELSE 25 END
), priced AS (
    SELECT *, CASE WHEN is_stay AND story IS NULL THEN 600000 + (x >> 25) % 1400000 ELSE 4000 + (x >> 25) % 46000 END AS fee,
           CASE WHEN kind IN (2, 4) THEN -1 ELSE 1 END AS sign
    FROM met
), shared AS (SELECT *, fee * (CASE WHEN is_stay THEN 16 ELSE 25 END + (x >> 33) % 18) // 100 AS own FROM priced)
SELECT 'S' || i::VARCHAR || 'M' || em::VARCHAR || 'N' || n::VARCHAR || CASE kind WHEN 4 THEN 'O' WHEN 5 THEN 'W' ELSE '' END AS setl_id,
       'V' || i::VARCHAR || 'M' || em::VARCHAR || CASE kind WHEN 4 THEN 'O' ELSE 'N' || n::VARCHAR END AS mdtrt_id,
       CASE WHEN getvariable('warts') AND i % 1000 = 29 AND story IS NULL THEN wrong_check(id) ELSE id END AS certno,
       name AS psn_name, CASE WHEN (x >> 40) % 3 = 0 THEN '390' ELSE '310' END AS insutype,
       CASE WHEN is_stay THEN '21' ELSE '11' END AS med_type,
       day_in(em, 1 + ((x >> 10) % CASE WHEN kind IN (2, 4, 5) THEN 1 ELSE 27 END) + CASE WHEN kind IN (2, 4, 5) THEN 27 ELSE 0 END) AS setl_time,
       (kind IN (2, 4, 5))::INTEGER AS refd_setl_flag,
       yuan(sign * fee) AS medfee_sumamt, yuan(sign * (own * 20 // 100)) AS fulamt_ownpay_amt, yuan(sign * (own * 5 // 100)) AS overlmt_selfpay,
       yuan(sign * (own * 10 // 100)) AS preselfpay_amt, yuan(sign * (fee - own)) AS fund_pay_sumamt, yuan(0) AS hosp_part_amt,
       yuan(sign * own) AS psn_part_amt, yuan(CASE WHEN is_stay THEN 0 ELSE sign * (own // 2) END) AS acct_pay, yuan(0) AS acct_mulaid_pay,
       yuan(CASE WHEN is_stay THEN sign * own ELSE sign * (own - own // 2) END) AS psn_cash_pay,
       village.county_code AS insu_admdvs, 'X' || lpad(((x >> 44) % 400)::VARCHAR, 3, '0') AS dise_no,
       story IS NULL AS may_spoil,
       CASE kind WHEN 2 THEN 'refund' WHEN 3 THEN 'settlement-twice' WHEN 4 THEN 'orphan-refund' WHEN 5 THEN 'refund-wrong-sign'
            ELSE CASE WHEN em < getvariable('m') THEN 'late-settlement' WHEN getvariable('warts') AND i % 1000 = 29 AND story IS NULL THEN 'id-wrong-check-digit' END END AS wart
FROM shared JOIN village USING (v)
UNION ALL
-- The stories' stays; a refund carries the visit it undoes.
SELECT 'SS' || happening.i::VARCHAR || 'M' || happening.month::VARCHAR || 'R' || other || 'A' || amount, 'VS' || happening.i::VARCHAR || coalesce('V' || visit, 'M' || happening.month::VARCHAR),
       id, name, '310', text, day, other, money(sign * amount * 2), money(sign * (amount // 5)), money(0), money(sign * (amount // 10)), money(sign * amount),
       money(0), money(sign * amount), money(0), money(0), money(sign * amount), coalesce(left(mover.area, 6), village.county_code), 'X900', false,
       CASE WHEN happening.month < folder THEN 'late-settlement' WHEN other = 1 THEN 'refund' END
FROM (SELECT *, CASE WHEN other = 1 THEN -1 ELSE 1 END AS sign FROM happening WHERE feed = 'medical_settlement') happening
JOIN village USING (v) LEFT JOIN mover ON mover.i = happening.i AND mover.month <= happening.month
WHERE folder = getvariable('m')
