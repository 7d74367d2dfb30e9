-- SPDX-License-Identifier: Apache-2.0
pragma journal_mode = wal;
create table lines (n integer primary key, value integer, word text);
with recursive c(i, s) as (select 1, 12345 union all select i + 1, (s * 1103515245 + 12345) % 2147483648 from c
    where i < 5000)
insert into lines select i, s % 1000, case s % 7 when 0 then 'pear' else 'apple' end from c;
create index by_value on lines (value, word);
begin;
update lines set value = value + 1 where word = 'pear';
delete from lines where n % 13 = 0;
rollback;
delete from lines where n % 17 = 0;
create table best as select word, max(value) as most, avg(value) as mean, count(*) as count from lines group by word;
select word, most, round(mean, 6), count from best order by word;
select a.n, b.n from lines a join lines b on a.value = b.value and a.n < b.n order by a.n, b.n limit 5;
select group_concat(value, ' ') from (select distinct value from lines order by value limit 20);
vacuum;
