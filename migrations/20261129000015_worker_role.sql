-- Begins a new era of the log, in a database that was restored into a server whose transaction ids are behind. Runs with
-- the rights of its owner, so that the program need not own the table.
CREATE FUNCTION era_begin() RETURNS smallint LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    newest smallint;
    raised smallint;
BEGIN
    -- Nobody appends while the default changes.
    LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE;
    SELECT max(era) INTO newest FROM events;
    IF NOT EXISTS (SELECT FROM events WHERE era = newest AND xid >= pg_snapshot_xmax(pg_current_snapshot())) THEN
        RAISE EXCEPTION 'no transaction of the log is ahead of this server' USING ERRCODE = 'insufficient_privilege';
    END IF;
    raised := newest + 1;
    EXECUTE format('ALTER TABLE events ALTER COLUMN era SET DEFAULT %s', raised);
    RETURN raised;
END $$;
REVOKE EXECUTE ON FUNCTION era_begin() FROM PUBLIC;

-- Functions with the rights of their owner find nothing in the caller's temporary tables.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION era_begin() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION event_prune(uuid, text) SET search_path = %I, pg_temp', current_schema());
END $$;
