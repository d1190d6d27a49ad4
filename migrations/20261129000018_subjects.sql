-- In which streams an account stands, in the order in which each first named it, and how far that is made: a cache of
-- what follows from `log` and `events`, like `stream_head`. `subject` and `stream` are hashes.
CREATE TABLE subject_stream (
    subject  bytea  NOT NULL CHECK (length(subject) = 32),
    stream   bytea  NOT NULL CHECK (length(stream) = 32),
    -- Of the first event of the stream that names the account.
    position bigint NOT NULL,
    PRIMARY KEY (subject, stream)
);
-- The hash over the accounts whose keys begin with two given bytes.
CREATE TABLE subject_bucket (
    bucket integer PRIMARY KEY CHECK (bucket BETWEEN 0 AND 65535),
    hash   bytea   NOT NULL CHECK (length(hash) = 32)
);
-- The position up to which they are made. Apart from `size`: the release before moves that one alone.
ALTER TABLE log_tree ADD COLUMN subjects bigint NOT NULL DEFAULT 0;
