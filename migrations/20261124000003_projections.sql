-- Events that a read model could not take, and those of the same streams that wait behind them.
CREATE TABLE parked_event (
    projection     text        NOT NULL,
    position       bigint      NOT NULL,
    event_id       uuid        NOT NULL,
    event_type     text        NOT NULL,
    aggregate_type text        NOT NULL,
    aggregate_id   text        NOT NULL,
    -- Why, without personal data. Null: it waits behind an earlier event of its stream.
    error          text,
    attempts       integer     NOT NULL,
    parked_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    tried_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When it is tried again by itself.
    retry_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (position, projection)
);
CREATE INDEX parked_event_stream ON parked_event (projection, aggregate_type, aggregate_id, position);
CREATE INDEX parked_event_due ON parked_event (projection, position) WHERE error IS NOT NULL;

-- Which form of its read model a reader fills. A rebuild has a row of its own, `<name>/rebuild`.
ALTER TABLE projection ADD COLUMN revision integer NOT NULL DEFAULT 1;

-- Where read models are filled anew beside those that are read.
CREATE SCHEMA rebuild;
