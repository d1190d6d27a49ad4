-- Until when a leader has promised to go on. The lock that makes it the leader is PostgreSQL's, and lasts as long as its
-- connection; this tells one that stands still.
CREATE TABLE lead (
    -- The number of the advisory lock.
    lock    bigint      PRIMARY KEY,
    -- The server's process that holds it.
    backend integer     NOT NULL,
    until   timestamptz NOT NULL
);
