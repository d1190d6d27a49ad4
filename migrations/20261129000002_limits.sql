-- What is limited, and what ends at once.

-- A session or a token that is about to be ended opens nothing any more, however long the command waits that ends it.
ALTER TABLE session ADD COLUMN barred_at timestamptz;
ALTER TABLE credential ADD COLUMN barred_at timestamptz;

-- Whose an Idempotency-Key is, and in which session it was sent: it goes with either.
ALTER TABLE idempotency ADD COLUMN owner text;
ALTER TABLE idempotency ADD COLUMN session_id uuid;
CREATE INDEX idempotency_owner ON idempotency (owner, started_at) WHERE owner IS NOT NULL;
CREATE INDEX idempotency_session ON idempotency (session_id) WHERE session_id IS NOT NULL;

-- Until when further messages of a kind to one account are gathered into one, and how often that was put off.
CREATE TABLE message_pace (
    account_id    text        NOT NULL,
    channel       text        NOT NULL,
    notice        text        NOT NULL,
    gathers_until timestamptz NOT NULL,
    step          integer     NOT NULL,
    PRIMARY KEY (account_id, channel, notice)
);
CREATE INDEX message_pace_age ON message_pace (gathers_until);

-- How many further messages one stands for, and whether it still takes some in.
ALTER TABLE outgoing ADD COLUMN gathered integer NOT NULL DEFAULT 0;
ALTER TABLE outgoing ADD COLUMN gathers boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX outgoing_gathers ON outgoing (account_id, channel, notice) WHERE gathers;
