-- What an administrator would do by hand: others may read, and what comes later too.
grant usage on schema holidays to ${readers};
grant select on all tables in schema holidays to ${readers};
alter default privileges in schema holidays grant select on tables to ${readers};
