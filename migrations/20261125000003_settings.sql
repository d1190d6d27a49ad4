-- What personal settings need beside the log. Rows here are really deleted when they end.

-- Codes: each answers one question, of one account, a few times at most. The hash is keyed.
CREATE TABLE challenge (
    challenge_id uuid        PRIMARY KEY,
    purpose      text        NOT NULL,
    account_id   text        NOT NULL,
    -- What the answer is good for, where that is more than the account: a session.
    subject      text        NOT NULL,
    code_hash    bytea       NOT NULL,
    tries_left   integer     NOT NULL CHECK (tries_left >= 0),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX challenge_account ON challenge (account_id);
CREATE INDEX challenge_expiry ON challenge (expires_at);

-- Links in mails: a token opens one thing once. Only its hash is kept.
CREATE TABLE link (
    token_hash bytea       PRIMARY KEY,
    purpose    text        NOT NULL,
    account_id text        NOT NULL,
    -- What it opens, where that is more than the account: a change of the address.
    subject    text        NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX link_account ON link (account_id);
CREATE INDEX link_expiry ON link (expires_at);

CREATE TABLE recovery_code (
    account_id text  NOT NULL,
    code_hash  bytea NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- Programs an account was used from, as keyed hashes: to tell of new ones.
CREATE TABLE device (
    account_id  text        NOT NULL,
    device_hash bytea       NOT NULL,
    seen_at     timestamptz NOT NULL,
    PRIMARY KEY (account_id, device_hash)
);

-- What machines show: tokens for the GDPR APIs, and pairs of API key and secret. What has ended stays as a hash, so
-- that whoever still shows it learns what became of it.
CREATE TABLE credential (
    credential_id   uuid        PRIMARY KEY,
    kind            text        NOT NULL,
    -- SHA-256 of a token, keyed hash of an API secret.
    lookup          bytea       NOT NULL UNIQUE,
    -- The account or the project it belongs to.
    owner           text        NOT NULL,
    organization_id text,
    api_key         text        UNIQUE,
    -- The API secret: it can be shown again as long as it lives.
    sealed          bytea,
    issued_at       timestamptz NOT NULL,
    -- When it ends by itself.
    expires_at      timestamptz,
    ended_at        timestamptz,
    ended_as        text,
    last_used_at    timestamptz,
    CHECK ((ended_at IS NULL) = (ended_as IS NULL))
);
CREATE INDEX credential_owner ON credential (owner, issued_at);
CREATE INDEX credential_organization ON credential (organization_id) WHERE ended_at IS NULL;

-- Invitations: the address of who was invited, as long as the invitation is open.
CREATE TABLE invitation (
    invitation_id   uuid        PRIMARY KEY,
    organization_id text        NOT NULL,
    token_hash      bytea       NOT NULL UNIQUE,
    email_hash      bytea       NOT NULL,
    sealed_email    bytea       NOT NULL,
    expires_at      timestamptz NOT NULL,
    UNIQUE (organization_id, email_hash)
);

-- Messages that are to go out: written with the event they tell of, deleted with the event that says they went.
CREATE TABLE outgoing (
    message_id uuid        PRIMARY KEY,
    -- Whose history they belong to; none: nobody's yet.
    account_id text,
    channel    text        NOT NULL,
    notice     text        NOT NULL,
    -- What is needed to write them, and the key it is sealed with.
    sealed     bytea       NOT NULL,
    key_id     uuid        NOT NULL,
    queued_at  timestamptz NOT NULL,
    -- When they are tried next; who tries pushes it on.
    due_at     timestamptz NOT NULL,
    attempts   integer     NOT NULL DEFAULT 0,
    -- From when on they are of no use.
    expires_at timestamptz
);
CREATE INDEX outgoing_due ON outgoing (due_at);
CREATE INDEX outgoing_account ON outgoing (account_id);

-- How much of what is limited was used up: the theoretical arrival time of the generic cell rate algorithm. The key is
-- a keyed hash.
CREATE TABLE throttle (
    name text        NOT NULL,
    key  bytea       NOT NULL,
    tat  timestamptz NOT NULL,
    PRIMARY KEY (name, key)
);
CREATE INDEX throttle_age ON throttle (tat);

-- What was stored on behalf of a request says so: whether or not its answer was kept.
ALTER TABLE idempotency ADD COLUMN carried_out boolean NOT NULL DEFAULT false;

ALTER TABLE operator_token ADD COLUMN scopes text[] NOT NULL DEFAULT '{admin}';
CREATE INDEX operator_token_operator ON operator_token (operator_id);

ALTER TABLE usage_project ADD COLUMN organization_id text;
ALTER TABLE usage_project ADD COLUMN closed_at timestamptz;
CREATE INDEX usage_project_organization ON usage_project (organization_id) WHERE organization_id IS NOT NULL;

-- Read models.
ALTER TABLE account_view ADD COLUMN billing_email text;
ALTER TABLE account_view ADD COLUMN email_pending text;
ALTER TABLE account_view ADD COLUMN email_pending_until timestamptz;
ALTER TABLE account_view ADD COLUMN phone text;
ALTER TABLE account_view ADD COLUMN phone_channel text;
ALTER TABLE account_view ADD COLUMN recovery_codes integer NOT NULL DEFAULT 0;
ALTER TABLE account_view ADD COLUMN gdpr_token_id uuid;
ALTER TABLE account_view ADD COLUMN gdpr_token_fingerprint text;
ALTER TABLE account_view ADD COLUMN gdpr_token_issued_at timestamptz;
ALTER TABLE account_view ADD COLUMN gdpr_token_expires_at timestamptz;

CREATE TABLE organization_view (
    organization_id text        COLLATE "C" PRIMARY KEY,
    name            text        NOT NULL,
    created_at      timestamptz NOT NULL,
    closed          boolean     NOT NULL,
    version         bigint      NOT NULL
);
CREATE TABLE member_view (
    organization_id text        COLLATE "C" NOT NULL,
    account_id      text        COLLATE "C" NOT NULL,
    membership_id   text        NOT NULL,
    role            text        NOT NULL,
    joined_at       timestamptz NOT NULL,
    PRIMARY KEY (organization_id, account_id)
);
CREATE INDEX member_view_account ON member_view (account_id, organization_id);
CREATE TABLE invitation_view (
    organization_id text        COLLATE "C" NOT NULL,
    invitation_id   text        COLLATE "C" NOT NULL,
    role            text        NOT NULL,
    invited_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, invitation_id)
);

CREATE TABLE project_view (
    project_id           text        COLLATE "C" PRIMARY KEY,
    organization_id      text        COLLATE "C" NOT NULL,
    name                 text        NOT NULL,
    token                text        NOT NULL,
    created_at           timestamptz NOT NULL,
    credential_id        text,
    fingerprint          text,
    reset_at             timestamptz,
    previous_id          text,
    previous_ends_at     timestamptz,
    version              bigint      NOT NULL
);
CREATE INDEX project_view_organization ON project_view (organization_id, project_id);
CREATE TABLE project_owner_view (
    project_id    text        COLLATE "C" NOT NULL,
    account_id    text        COLLATE "C" NOT NULL,
    membership_id text        NOT NULL,
    named_at      timestamptz NOT NULL,
    PRIMARY KEY (project_id, account_id)
);

-- Timers that are set: what time alone will bring about.
CREATE TABLE timer (
    aggregate_type text        COLLATE "C" NOT NULL,
    aggregate_id   text        COLLATE "C" NOT NULL,
    name           text        NOT NULL,
    due_at         timestamptz NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, name)
);
CREATE INDEX timer_due ON timer (due_at, aggregate_type, aggregate_id);
