-- The app's own role made the schema and owns what is in it; on the platform it may CONNECT and CREATE, and nothing else.
create table employee (
    email text primary key check (email = lower(email)),
    name text not null,
    team text not null,
    manager boolean not null default false
);

create table holiday_request (
    id bigint generated always as identity primary key,
    employee text not null references employee,
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    note text not null default '',
    status text not null default 'REQUESTED' check (status in ('REQUESTED', 'APPROVED', 'REJECTED', 'WITHDRAWN')),
    decided_by text references employee check (decided_by <> employee),
    created_at timestamptz not null default now(),
    -- counts changes, so that of two who decide at once the second one is told
    version integer not null default 0
);

create index on holiday_request (employee, first_day);
create index on holiday_request (status) where status = 'REQUESTED';
