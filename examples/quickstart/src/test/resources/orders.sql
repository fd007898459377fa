create table purchase (amount numeric);
insert into purchase values (40), (2);
