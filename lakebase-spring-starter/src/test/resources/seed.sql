create table greeting (text varchar primary key); insert into greeting values ('hello');
