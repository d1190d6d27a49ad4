-- Limits that cannot be turned against the person whose account they guard, and failed tries that are told of.

-- What a limit counts may be about somebody: it is forgiven when they have proved who they are. A keyed hash.
ALTER TABLE throttle ADD COLUMN about bytea;
CREATE INDEX throttle_about ON throttle (about) WHERE about IS NOT NULL;

-- Counts one more in each bucket, in their order, or in none: at the first that is full it stops and gives back what it
-- took. Returns which one is full (from 1), and in how many seconds it has room; no row when all had room.
CREATE FUNCTION throttle_take(
    bucket_names text[], bucket_keys bytea[], bucket_about bytea[], every interval[], room interval[]
) RETURNS TABLE (full_at integer, wait double precision) LANGUAGE plpgsql AS $$
DECLARE
    instant timestamptz;
BEGIN
    FOR i IN 1 .. cardinality(bucket_names) LOOP
        instant := clock_timestamp();
        INSERT INTO throttle AS t (name, key, about, tat)
        VALUES (bucket_names[i], bucket_keys[i], bucket_about[i], instant + every[i])
        ON CONFLICT (name, key) DO UPDATE SET tat = greatest(t.tat, instant) + every[i]
        WHERE greatest(t.tat, instant) + every[i] <= instant + room[i];
        IF NOT FOUND THEN
            PERFORM throttle_give_back(bucket_names[1:i - 1], bucket_keys[1:i - 1], every[1:i - 1]);
            RETURN QUERY
                SELECT i, extract(epoch FROM t.tat + every[i] - room[i] - instant)::double precision
                FROM throttle t WHERE t.name = bucket_names[i] AND t.key = bucket_keys[i];
            RETURN;
        END IF;
    END LOOP;
END $$;

-- Gives back what was counted. In the order in which it was taken: who waits for a bucket holds only those before it.
CREATE FUNCTION throttle_give_back(bucket_names text[], bucket_keys bytea[], every interval[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. cardinality(bucket_names) LOOP
        UPDATE throttle SET tat = tat - every[i] WHERE name = bucket_names[i] AND key = bucket_keys[i];
    END LOOP;
END $$;

-- What an account was used with: programs by their name, browsers by the value of a cookie, and places: a program in a
-- network. Each as a keyed hash.
ALTER TABLE device ADD COLUMN kind text NOT NULL DEFAULT 'program';

-- Failed tries on an account, until its holder is told of them.
CREATE TABLE failed_try (
    account_id text        NOT NULL,
    kind       text        NOT NULL,
    tries      bigint      NOT NULL CHECK (tries >= 0),
    -- Keyed hashes of the networks they came from, a bounded number.
    networks   bytea[]     NOT NULL,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    -- When the holder was last told.
    noted_at   timestamptz,
    PRIMARY KEY (account_id, kind)
);
CREATE INDEX failed_try_age ON failed_try (last_at);
