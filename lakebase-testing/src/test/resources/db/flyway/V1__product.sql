create table product (id int primary key, name text); insert into product values (1, 'tea');
