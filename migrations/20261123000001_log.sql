-- What happened. Superset of the table that postgres-es reads.
CREATE TABLE events (
    aggregate_type text        NOT NULL,
    aggregate_id   text        NOT NULL,
    sequence       bigint      NOT NULL CHECK (sequence >= 1),
    event_type     text        NOT NULL,
    event_version  text        NOT NULL,
    -- json, not jsonb: the stored bytes are what is hashed, so they must stay as they were written.
    payload        json        NOT NULL,
    metadata       json        NOT NULL,
    event_id       uuid        NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Commit order: (era, xid, ord). A transaction's events become visible at once, so a reader that
    -- stays below the oldest running transaction sees every event exactly once. `era` grows when
    -- the database was restored into a cluster whose transaction ids are behind.
    era            smallint    NOT NULL DEFAULT 0,
    xid            xid8        NOT NULL DEFAULT pg_current_xact_id(),
    ord            bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);
CREATE UNIQUE INDEX events_commit_order ON events (era, xid, ord);

-- The one order of everything: dense positions, and a hash chain over what is stored.
CREATE TABLE log (
    position bigint   PRIMARY KEY CHECK (position >= 1),
    era      smallint NOT NULL,
    xid      xid8     NOT NULL,
    ord      bigint   NOT NULL,
    event_id uuid     NOT NULL UNIQUE,
    -- SHA-256 of the stored event (RFC 6962 leaf hash) and of everything up to and including it.
    leaf     bytea    NOT NULL CHECK (length(leaf) = 32),
    chain    bytea    NOT NULL CHECK (length(chain) = 32)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Names that have one owner at a time: sign-in addresses (as keyed hashes), open requests.
CREATE TABLE claim (
    kind  text  NOT NULL,
    name  bytea NOT NULL,
    owner text  NOT NULL,
    PRIMARY KEY (kind, name)
);
