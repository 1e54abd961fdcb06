-- Chance without chance: the same seed, tag and number always give the same roll, whatever was rolled before.
-- `i` may go to 67 million, tags to 511; a month is told apart by its index from the year 2000 on (512 months).
CREATE MACRO roll(tag, i) AS (hash(getvariable('seed') * 17592186044416 + i::BIGINT * 262144 + tag) >> 2)::BIGINT;
CREATE MACRO roll_month(tag, i, m) AS
    (hash(getvariable('seed') * 17592186044416 + i::BIGINT * 262144 + (m - 24000) % 512 * 512 + tag) >> 2)::BIGINT;

-- Months are counted from the year 0, as `Month.index` does.
CREATE MACRO first_day(m) AS make_date((m // 12)::BIGINT, (m % 12 + 1)::BIGINT, 1);
CREATE MACRO day_in(m, day) AS (first_day(m) + (day - 1)::INTEGER);
CREATE MACRO month_text(m) AS (m // 12)::VARCHAR || '-' || lpad((m % 12 + 1)::VARCHAR, 2, '0');
CREATE MACRO month_of(day) AS (year(day) * 12 + month(day) - 1);

-- Cents to yuan, exactly.
CREATE MACRO yuan(cents) AS ((cents)::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2))::DECIMAL(16, 2);
CREATE MACRO money(whole) AS (whole)::DECIMAL(16, 2);

-- GB 11643 (ISO 7064 mod 11-2) over the first seventeen digits, given as one number.
CREATE MACRO id_check(n) AS substr('10X98765432', 1 + ((
      n // 10000000000000000 % 10 * 7 + n // 1000000000000000 % 10 * 9 + n // 100000000000000 % 10 * 10
    + n // 10000000000000 % 10 * 5 + n // 1000000000000 % 10 * 8 + n // 100000000000 % 10 * 4
    + n // 10000000000 % 10 * 2 + n // 1000000000 % 10 * 1 + n // 100000000 % 10 * 6
    + n // 10000000 % 10 * 3 + n // 1000000 % 10 * 7 + n // 100000 % 10 * 9
    + n // 10000 % 10 * 10 + n // 1000 % 10 * 5 + n // 100 % 10 * 8 + n // 10 % 10 * 4 + n % 10 * 2) % 11)::INTEGER, 1);
CREATE MACRO wrong_check(id) AS left(id, 17) || CASE WHEN right(id, 1) = '7' THEN '3' ELSE '7' END;

-- GB 32100: a credit code of digits 91 + area + organisation, and its check character (and GB 11714 for the organisation).
CREATE MACRO org_check(n) AS substr('0X987654321', 1 + ((
      n // 10000000 % 10 * 3 + n // 1000000 % 10 * 7 + n // 100000 % 10 * 9 + n // 10000 % 10 * 10
    + n // 1000 % 10 * 5 + n // 100 % 10 * 8 + n // 10 % 10 * 4 + n % 10 * 2) % 11)::INTEGER, 1);
CREATE MACRO uscc_check(code) AS substr('0123456789ABCDEFGHJKLMNPQRTUWXY', 1 + ((31 - list_sum(list_transform(
    [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28],
    lambda weight, place: weight * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(code, place::INTEGER, 1)) - 1))) % 31) % 31)::INTEGER, 1);
CREATE MACRO uscc_of(body) AS body || uscc_check(body);
CREATE MACRO uscc(area6, n) AS uscc_of('91' || area6 || lpad(n::VARCHAR, 8, '0') || org_check(n));

-- Every given name begins with a character that says "made up".
CREATE MACRO surname(n) AS ['王', '李', '张', '陈', '沈', '俞', '章', '钱', '金', '徐', '周', '吴', '孙', '何', '茅', '鲁', '祝', '谢', '竺', '魏',
    '丁', '石', '裘', '董', '梁', '赵', '朱', '胡', '傅', '马'][1 + (n) % 30];
CREATE MACRO given_name(n) AS ['例', '拟', '演', '样', '仿', '示', '虚', '设'][1 + (n) % 8] || ['棠', '松', '荷', '舟', '岚', '溪', '桂', '砚', '禾', '晴', '川', '竹',
    '兰', '枫', '月', '石', '云', '霖', '茶', '橹', '桥', '帆', '稻', '雁', '梅', '泉', '柏', '莲', '菱', '苇', '䶮', '㛃'][1 + (n) // 8 % 32];

-- Every month one block of households "comes up": something small happens there, so that no two snapshots of a feed are the same file.
CREATE MACRO came_up(h) AS getvariable('first') - 1 + (h // 40 - getvariable('first') + 1 + 100000 * getvariable('blocks')) % getvariable('blocks');
CREATE MACRO has_come_up(h) AS came_up(h) <= getvariable('m');
-- The nth person of a kind (`slot`) this month, out of persons without stories: a steady number a month, whatever the size.
CREATE MACRO drawn(tag, n, slot) AS roll_month(tag, n, getvariable('m')) % getvariable('blocks') * getvariable('block') + slot;
