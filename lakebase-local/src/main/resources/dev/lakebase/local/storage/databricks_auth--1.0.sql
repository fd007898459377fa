-- Stands in for the platform's extension of this name. What Postgres does not know of a role, its kind of identity, is
-- kept in the role's comment, where the control plane looks for it.
create function databricks_create_role(identity_name text, identity_type text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  kind text := upper(identity_type);
begin
  if not pg_has_role(session_user, 'databricks_superuser', 'member') then
    raise insufficient_privilege using
      message = 'permission denied to create role',
      hint = 'Only members of databricks_superuser may call databricks_create_role.';
  end if;
  if kind is null or kind not in ('USER', 'SERVICE_PRINCIPAL', 'GROUP') then
    raise invalid_parameter_value using
      message = format('identity type is %L, expected USER, SERVICE_PRINCIPAL or GROUP', identity_type);
  end if;
  if identity_name is null or octet_length(identity_name) not between 1 and 63
      or identity_name ~ '^pg_' or identity_name in ('cloud_admin', 'databricks_superuser', 'public', 'none') then
    raise invalid_parameter_value using
      message = format('identity name is %L, expected 1 to 63 bytes and no name of the platform''s', identity_name);
  end if;
  execute format('create role %I login', identity_name);
  execute format('comment on role %I is %L', identity_name,
    jsonb_build_object('identity_type', kind, 'auth_method', 'LAKEBASE_OAUTH_V1'));
  -- as with CREATE ROLE: who has made it may grant it and drop it
  execute format('grant %I to %I with admin true, inherit false, set false', identity_name, session_user);
end
$$;

create view databricks_list_roles as
  select r.rolname as role_name, c.comment ->> 'identity_type' as identity_type
  from pg_catalog.pg_roles r
  cross join lateral (
    select case when pg_catalog.pg_input_is_valid(pg_catalog.shobj_description(r.oid, 'pg_authid'), 'jsonb')
      then pg_catalog.shobj_description(r.oid, 'pg_authid')::jsonb end as comment) c
  where c.comment ? 'identity_type';

grant select on databricks_list_roles to public;
