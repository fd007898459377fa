-- A small web shop: 20,000 customers, 80,000 orders over two years. The same rows on every run.
select setseed(0.42);

create table customer (
  customer_id bigint generated always as identity primary key,
  name        text not null,
  email       text not null unique,
  city        text not null,
  since       date not null
);

create table purchase (
  purchase_id bigint generated always as identity primary key,
  customer_id bigint not null references customer,
  product     text not null,
  amount      numeric(10, 2) not null check (amount > 0),
  placed_at   timestamptz not null,
  status      text not null
);

insert into customer (name, email, city, since)
select first || ' ' || last,
       lower(first || '.' || last) || n || '@example.com',
       city,
       date '2024-01-01' + (random() * 600)::int
  from (select n,
               (array['Anna','Ben','Clara','David','Elif','Felix','Greta','Hugo','Ines','Jonas','Kim','Lea','Milan','Nora','Oskar','Paula'])[1 + floor(random() * 16)::int] as first,
               (array['Becker','Castro','Dupont','Eriksen','Fischer','Garcia','Hansen','Ivanova','Jansen','Keller','Lopez','Meyer','Novak','Okafor','Rossi','Yilmaz'])[1 + floor(random() * 16)::int] as last,
               (array['Amsterdam','Berlin','Copenhagen','Lisbon','Madrid','Milan','Munich','Paris','Vienna','Zurich'])[1 + floor(power(random(), 1.5) * 10)::int] as city
          from generate_series(1, 20000) n) person;

insert into purchase (customer_id, product, amount, placed_at, status)
select 1 + floor(power(random(), 1.3) * 20000)::bigint,
       (array['espresso beans','pour-over kettle','hand grinder','paper filters','travel mug','moka pot','scale','tamper'])[1 + floor(random() * 8)::int],
       round((5 + 120 * power(random(), 2))::numeric, 2),
       timestamptz '2024-11-01 08:00+00' + n * interval '12 minutes',
       (array['paid','paid','paid','shipped','shipped','returned'])[1 + floor(random() * 6)::int]
  from generate_series(1, 80000) n;

create index on purchase (customer_id);
create index on purchase (placed_at);
analyze;
