-- Sessions of operators at the privacy desk. Each rests on the operator's token, and opens nothing once that has ended.
CREATE TABLE operator_session (
    session_hash bytea       PRIMARY KEY,
    token_hash   bytea       NOT NULL REFERENCES operator_token (token_hash) ON DELETE CASCADE,
    operator_id  text        NOT NULL,
    created_at   timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL
);
CREATE INDEX operator_session_token ON operator_session (token_hash);
CREATE INDEX operator_session_seen ON operator_session (seen_at);
