-- How far each reader of the log has come.
CREATE TABLE projection (
    name     text   PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0
);

CREATE TABLE account_view (
    account_id      text        PRIMARY KEY,
    email           text,
    name            text,
    personalization boolean     NOT NULL,
    usage_logging   boolean     NOT NULL,
    registered_at   timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    version         bigint      NOT NULL
);

CREATE TABLE privacy_request_view (
    request_id  text        COLLATE "C" PRIMARY KEY,
    account_id  text        NOT NULL,
    kind        text        NOT NULL,
    state       text        NOT NULL,
    received_at timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    -- When the request next needs somebody to look at it; null when it never does again.
    next_at     timestamptz,
    -- The aggregate, folded.
    request     jsonb       NOT NULL,
    version     bigint      NOT NULL
);
CREATE INDEX privacy_request_view_account ON privacy_request_view (account_id, request_id);
CREATE INDEX privacy_request_view_next ON privacy_request_view (next_at, request_id) WHERE next_at IS NOT NULL;

-- Which positions of the log concern an account, whatever the aggregate.
CREATE TABLE account_history (
    account_id text   NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (account_id, position)
);
-- Whose an aggregate other than an account is, so that its later events find their account.
CREATE TABLE account_history_owner (
    aggregate_id text PRIMARY KEY,
    account_id   text NOT NULL
);
