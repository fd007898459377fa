--liquibase formatted sql

--changeset shop:totals
CREATE VIEW total AS SELECT customer, sum(cents) AS cents FROM purchase GROUP BY customer;
INSERT INTO purchase (customer, cents) VALUES ('ada', 50);
--rollback DROP VIEW total;
