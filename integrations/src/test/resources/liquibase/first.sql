--liquibase formatted sql

--changeset shop:purchases
CREATE TABLE purchase (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text NOT NULL, cents bigint NOT NULL);
INSERT INTO purchase (customer, cents) VALUES ('ada', 1250), ('grace', 300);
--rollback DROP TABLE purchase;
