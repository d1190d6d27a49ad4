-- What the proofs of an account rest on. Each change of its password, its address or a factor raises its generation, in
-- the transaction that stores the change; what rests on a proof holds the row while it is stored.
CREATE TABLE authentication (
    account_id text   PRIMARY KEY,
    generation bigint NOT NULL DEFAULT 1
);
INSERT INTO authentication (account_id) SELECT owner FROM secret WHERE kind = 'password_hash';

-- The generation it was proved in, and the factors that were given. None: it was begun by an earlier release. Such a
-- session goes on, but must prove anew before it may do what is grave; such a question is asked anew.
ALTER TABLE session ADD COLUMN generation bigint;
ALTER TABLE session ADD COLUMN factors text[];
ALTER TABLE challenge ADD COLUMN generation bigint;
