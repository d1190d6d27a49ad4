-- An aggregate as it stood after one of its events: saves folding a long history, and nothing else.
-- Never authoritative: rows may be deleted at any time. Personal values are sealed as in events, with
-- the same keys, so that they are erased with them.
CREATE TABLE snapshot (
    aggregate_type text    NOT NULL,
    aggregate_id   text    NOT NULL,
    -- The newest event in it.
    sequence       bigint  NOT NULL,
    -- The form it is written in; another form is no snapshot.
    schema_version integer NOT NULL,
    aggregate      json    NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id)
) WITH (fillfactor = 70);
