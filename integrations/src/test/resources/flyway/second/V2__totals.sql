CREATE VIEW total AS SELECT customer, sum(cents) AS cents FROM purchase GROUP BY customer;

INSERT INTO purchase (customer, cents) VALUES ('ada', 50);
