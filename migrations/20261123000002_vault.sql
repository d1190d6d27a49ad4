-- Data keys, wrapped by a master key. A destroyed key keeps its row, so that its fingerprint can be
-- compared with what an erasure recorded; the key itself is gone.
CREATE TABLE subject_key (
    key_id       uuid        PRIMARY KEY,
    subject      text        NOT NULL,
    scope        text        NOT NULL,
    rev          integer     NOT NULL,
    master_id    text        NOT NULL,
    wrapped      bytea,
    fingerprint  text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    -- The request on whose behalf it was destroyed.
    destroyed_for text,
    UNIQUE (subject, scope, rev),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE UNIQUE INDEX subject_key_live ON subject_key (subject, scope) WHERE destroyed_at IS NULL;

-- Secrets of an owner, hashed or sealed: never part of an event, really deleted when they end.
CREATE TABLE secret (
    kind       text        NOT NULL,
    owner      text        NOT NULL,
    value      bytea       NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (kind, owner)
);

CREATE TABLE session (
    session_id uuid        PRIMARY KEY,
    token_hash bytea       NOT NULL UNIQUE,
    account_id text        NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    -- When the password was last given in this session.
    sudo_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account_id, created_at);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE operator_token (
    token_hash  bytea       PRIMARY KEY,
    operator_id text        NOT NULL,
    name        text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at  timestamptz,
    revoked_at  timestamptz
);

-- The answer given to an Idempotency-Key, kept for a day, sealed with a key that only the same
-- request can make.
CREATE TABLE idempotency (
    key_hash   bytea       PRIMARY KEY,
    body_hash  bytea       NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    answer     bytea
);
CREATE INDEX idempotency_age ON idempotency (started_at);

-- Who is at work on what, until when.
CREATE TABLE lease (
    name   text        PRIMARY KEY,
    holder uuid        NOT NULL,
    until  timestamptz NOT NULL
);
