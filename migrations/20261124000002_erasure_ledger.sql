-- Erasures, as this database knows them. The ledger itself lies in the object store, where no restore of
-- this database reaches; what is there and not here is applied before anything is served.
CREATE TABLE erasure (
    -- The object in the ledger.
    name        text        PRIMARY KEY,
    -- On behalf of which request, and which part of its work: recorded once, however often it is tried.
    cause       text        NOT NULL,
    step        text        NOT NULL,
    -- What is written to the ledger, sealed; kept until it was carried out.
    entry       text,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_at  timestamptz,
    UNIQUE (cause, step),
    CHECK ((entry IS NULL) = (applied_at IS NOT NULL))
);
CREATE INDEX erasure_open ON erasure (cause) WHERE applied_at IS NULL;

-- The ledger of this database, and up to which time (of this server) all that is in it is known here.
CREATE TABLE erasure_ledger (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    key_id     uuid    NOT NULL,
    read_until timestamptz
);

-- Which master keys each running process has: a new one may wrap only when all can open it.
CREATE TABLE master_key_holder (
    process    uuid        PRIMARY KEY,
    name       text        NOT NULL,
    wraps_with text        NOT NULL,
    opens      text[]      NOT NULL,
    seen_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
