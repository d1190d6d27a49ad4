-- Stronger second factors than a phone: authenticator apps and passkeys. Rows here are really deleted when they end.

-- Authenticator apps (RFC 6238): of an account one that counts, and one that waits for its first code.
CREATE TABLE authenticator_app (
    app_id     uuid        PRIMARY KEY,
    account_id text        NOT NULL,
    confirmed  boolean     NOT NULL,
    -- The secret that the app shares, sealed with the key of the account's profile.
    sealed     bytea       NOT NULL,
    -- The time step of the code that was last taken: none of it or before is taken again.
    last_step  bigint      NOT NULL,
    made_at    timestamptz NOT NULL,
    -- Of one that waits: how often it may be tried, until when, and the authentication generation it was asked for in.
    tries_left integer     NOT NULL CHECK (tries_left >= 0),
    expires_at timestamptz,
    generation bigint,
    UNIQUE (account_id, confirmed)
);
CREATE INDEX authenticator_app_expiry ON authenticator_app (expires_at) WHERE expires_at IS NOT NULL;

-- Passkeys (WebAuthn): found by a keyed hash of the credential's id.
CREATE TABLE passkey (
    passkey_id uuid        PRIMARY KEY,
    account_id text        NOT NULL,
    lookup     bytea       NOT NULL UNIQUE,
    -- The credential's id and its public key, sealed with the key of the account's profile.
    sealed     bytea       NOT NULL,
    -- What changes with each use: whether it is backed up, and how often it signed.
    state      bytea       NOT NULL,
    made_at    timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX passkey_account ON passkey (account_id);

-- Questions that a passkey answers, each once: to be added, to sign in whoever it is, or to act in a session.
CREATE TABLE passkey_challenge (
    challenge  bytea       PRIMARY KEY,
    purpose    text        NOT NULL,
    -- Whose and in which session it was asked; none to sign in.
    account_id text,
    session_id uuid,
    state      bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK ((account_id IS NULL) = (session_id IS NULL))
);
CREATE INDEX passkey_challenge_account ON passkey_challenge (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX passkey_challenge_expiry ON passkey_challenge (expires_at);
