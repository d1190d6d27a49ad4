-- Only a session that is known by the name of those that append may append: the order of events waits for the open
-- transactions of these, and of nobody else. Always: also where other triggers do not fire.
CREATE FUNCTION events_refuse_stranger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are appended by sessions with the application_name personal-settings alone'
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Set it before the transaction begins (in the environment: PGAPPNAME=personal-settings).';
END $$;
CREATE TRIGGER events_appended_by_name BEFORE INSERT ON events FOR EACH STATEMENT
    WHEN (current_setting('application_name') IS DISTINCT FROM 'personal-settings')
    EXECUTE FUNCTION events_refuse_stranger();
ALTER TABLE events ENABLE ALWAYS TRIGGER events_appended_by_name;
