--liquibase formatted sql

--changeset tests:1
create table gadget (id int primary key);
