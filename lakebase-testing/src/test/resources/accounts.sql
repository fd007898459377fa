create table account (id int primary key, balance int not null);
insert into account select n, 100 from generate_series(1, 10) n;
