CREATE TABLE purchase (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer text NOT NULL,
  cents bigint NOT NULL CHECK (cents >= 0)
);

INSERT INTO purchase (customer, cents) VALUES ('ada', 1250), ('grace', 300);
