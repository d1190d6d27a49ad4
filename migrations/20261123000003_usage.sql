-- Collected usage: not events of ours but data about people, kept until it is erased.
CREATE TABLE usage_project (
    project_id text    PRIMARY KEY,
    token      text    NOT NULL UNIQUE,
    -- The project in which the product's own use by account holders is collected.
    house      boolean NOT NULL
);
CREATE UNIQUE INDEX usage_project_house ON usage_project (house) WHERE house;

-- Whether usage of an account may be stored. Written with the event that decides it; a row lock on
-- it also keeps an erasure and what comes in apart.
CREATE TABLE usage_gate (
    account_id text    PRIMARY KEY,
    open       boolean NOT NULL
);

CREATE TABLE usage_event (
    project_id  text        NOT NULL,
    distinct_id text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    name        text        NOT NULL,
    insert_id   text        NOT NULL,
    properties  jsonb       NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Also what repeats are recognised by, and the order in which a subject's usage is read.
    PRIMARY KEY (project_id, distinct_id, occurred_at, name, insert_id)
);

-- How much of a subject's usage an erasure has deleted so far; written with each deletion, so that the
-- count survives any crash.
CREATE TABLE usage_erasure (
    request_id text   PRIMARY KEY,
    deleted    bigint NOT NULL
);
