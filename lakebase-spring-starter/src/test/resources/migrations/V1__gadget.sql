create table gadget (id int primary key);
