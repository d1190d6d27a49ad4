-- What the program needs of a database that it does not own: run by `personal-settings migrate`, as the owner, after every
-- migration. By hand: SELECT set_config('personal_settings.role', 'NAME', false); and then this file.
DO $$
DECLARE
    role_name name := current_setting('personal_settings.role');
    home name := current_schema();
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I, rebuild TO %I', home, role_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I, rebuild TO %I', home, role_name);
    -- What happened is added to and read. What is pruned, and what is migrated, the owner's functions and commands do.
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON events, log FROM %I', role_name);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON pruned_event, _sqlx_migrations FROM %I', role_name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION event_prune(uuid, text), era_begin() TO %I', role_name);
END $$;
