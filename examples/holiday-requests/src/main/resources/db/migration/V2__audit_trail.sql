create table audit_event (
    id bigint generated always as identity primary key,
    request bigint not null references holiday_request,
    at timestamptz not null default now(),
    actor text not null references employee,
    action text not null,
    remark text not null default ''
);

create index on audit_event (request, id);

-- written once: who wants to rewrite history has to say so in a migration
create function audit_is_written_once() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is written once';
end $$;

create trigger audit_is_written_once before update or delete on audit_event
    for each row execute function audit_is_written_once();
