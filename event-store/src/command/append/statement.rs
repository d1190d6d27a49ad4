//! The one statement that stores what commands bring: one of them or many.
//!
//! It first says of each command whether it can be stored: no other has the [turn](crate::command::contention) of
//! its stream, its keys live (and are locked, so that they cannot be destroyed before it is), no other has
//! appended to its stream, the names it claims are free. Only then it writes, and only what can be stored: a
//! refused command leaves no trace and does not hinder the others. What another transaction does in the same instant makes the whole statement
//! fail on a unique index, and nothing of it is stored.
//!
//! It asks for single rows by their whole key, so that no plan, however little is known of the tables when
//! it is made, costs more the longer a history is.

use sqlx::postgres::PgArguments;
use sqlx::{PgExecutor, Postgres, Row};
use uuid::Uuid;

use super::{Append, AppendError, SealedEvent, StoredEffect};

const VERDICT: &str = "
WITH live AS MATERIALIZED (
    SELECT l.key_id
    FROM (SELECT DISTINCT key_id FROM unnest($6::uuid[]) AS k (key_id) ORDER BY key_id) AS k
    CROSS JOIN LATERAL (
        SELECT s.key_id FROM subject_key s WHERE s.key_id = k.key_id AND s.destroyed_at IS NULL FOR SHARE
    ) AS l
), keyless AS MATERIALIZED (
    SELECT k.n FROM unnest($5::bigint[], $6::uuid[]) AS k (n, key_id)
    WHERE k.key_id NOT IN (SELECT key_id FROM live)
), verdict AS MATERIALIZED (
    SELECT c.n, c.aggregate_type, c.aggregate_id, CASE
        -- Another command has its turn, or waits for it: until the end of the transaction none comes in between.
        WHEN NOT c.in_turn AND NOT pg_try_advisory_xact_lock_shared(
                 hashtextextended('turn/' || c.aggregate_type || '/' || c.aggregate_id, 0)) THEN 'conflict'
        WHEN c.n IN (SELECT n FROM keyless) THEN 'key_gone'
        WHEN (SELECT true FROM events e WHERE e.aggregate_type = c.aggregate_type
              AND e.aggregate_id = c.aggregate_id AND e.sequence = c.first) THEN 'conflict'
        WHEN c.first > 1 AND (SELECT true FROM events e WHERE e.aggregate_type = c.aggregate_type
              AND e.aggregate_id = c.aggregate_id AND e.sequence = c.first - 1) IS NULL THEN 'conflict'";

const CLAIMS_VERDICT: &str = "
        WHEN c.n IN (SELECT w.n FROM unnest($14::bigint[], $15::text[], $16::bytea[]) AS w (n, kind, name)
                     WHERE (SELECT claim.owner FROM claim WHERE claim.kind = w.kind AND claim.name = w.name)
                           <> c.aggregate_id)
             THEN 'claim_taken'";

const EVENTS: &str = "
        ELSE 'stored' END AS said
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[]) WITH ORDINALITY
        AS c (aggregate_type, aggregate_id, first, in_turn, n)
), appended AS (
    INSERT INTO events
        (aggregate_type, aggregate_id, event_id, sequence, event_type, event_version, payload, metadata)
    SELECT v.aggregate_type, v.aggregate_id, e.event_id, e.sequence, e.event_type, e.event_version,
           e.payload::json, e.metadata::json
    FROM unnest($7::bigint[], $8::uuid[], $9::bigint[], $10::text[], $11::text[], $12::text[], $13::text[])
        AS e (n, event_id, sequence, event_type, event_version, payload, metadata)
    JOIN verdict v ON v.n = e.n AND v.said = 'stored'
    ORDER BY e.n, e.sequence
)";

const EFFECTS: &str = ", released AS (
    DELETE FROM claim USING unnest($17::bigint[], $18::text[], $19::bytea[]) AS r (n, kind, name), verdict v
    WHERE v.n = r.n AND v.said = 'stored'
      AND claim.kind = r.kind AND claim.name = r.name AND claim.owner = v.aggregate_id
), claimed AS (
    INSERT INTO claim (kind, name, owner)
    SELECT w.kind, w.name, v.aggregate_id
    FROM unnest($14::bigint[], $15::text[], $16::bytea[]) AS w (n, kind, name)
    JOIN verdict v ON v.n = w.n AND v.said = 'stored'
    -- Whoever has the name already keeps it.
    WHERE (SELECT claim.owner FROM claim WHERE claim.kind = w.kind AND claim.name = w.name)
          IS DISTINCT FROM v.aggregate_id
), gated AS (
    INSERT INTO usage_gate (account_id, open)
    SELECT g.account_id, g.open
    FROM unnest($20::bigint[], $21::text[], $22::boolean[]) AS g (n, account_id, open)
    JOIN verdict v ON v.n = g.n AND v.said = 'stored'
    ORDER BY g.account_id
    ON CONFLICT (account_id) DO UPDATE SET open = excluded.open
)";

const ANSWER: &str = "
SELECT said FROM verdict ORDER BY n";

fn snapshots(parameter: usize) -> String {
    let [n, schema, aggregate] = [parameter, parameter + 1, parameter + 2];
    format!(
        ", kept AS (
    INSERT INTO snapshot (aggregate_type, aggregate_id, sequence, schema_version, aggregate)
    SELECT v.aggregate_type, v.aggregate_id,
           (SELECT max(e.sequence) FROM unnest($7::bigint[], $9::bigint[]) AS e (n, sequence) WHERE e.n = s.n),
           s.schema_version, s.aggregate::json
    FROM unnest(${n}::bigint[], ${schema}::integer[], ${aggregate}::text[]) AS s (n, schema_version, aggregate)
    JOIN verdict v ON v.n = s.n AND v.said = 'stored'
    ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE
    SET sequence = excluded.sequence, schema_version = excluded.schema_version, aggregate = excluded.aggregate
    WHERE snapshot.schema_version <= excluded.schema_version
)"
    )
}

/// Stores what can be stored of `appends`, which are of different streams. Answers for each.
///
/// # Errors
/// When nothing was stored, or the connection broke and the outcome is unknown.
pub(crate) async fn append_all(
    db: impl PgExecutor<'_>,
    appends: &[&Append],
) -> Result<Vec<Result<(), AppendError>>, AppendError> {
    let has_effects = appends.iter().any(|append| !append.effects.is_empty());
    let has_snapshots = appends.iter().any(|append| append.snapshot.is_some());
    let text = text(has_effects, has_snapshots);
    let mut query = bind_events(sqlx::query(&text), appends);
    if has_effects {
        query = bind_effects(query, appends);
    }
    if has_snapshots {
        query = bind_snapshots(query, appends);
    }
    let rows = query.fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(match row.try_get::<&str, _>("said")? {
                "stored" => Ok(()),
                "conflict" => Err(AppendError::Conflict),
                "claim_taken" => Err(AppendError::ClaimTaken),
                _ => Err(AppendError::KeyDestroyed),
            })
        })
        .collect()
}

/// The statement without what none of the commands has: most have no effects.
fn text(has_effects: bool, has_snapshots: bool) -> String {
    let mut text = VERDICT.to_owned();
    if has_effects {
        text.push_str(CLAIMS_VERDICT);
    }
    text.push_str(EVENTS);
    if has_effects {
        text.push_str(EFFECTS);
    }
    if has_snapshots {
        text.push_str(&snapshots(if has_effects { 23 } else { 14 }));
    }
    text.push_str(ANSWER);
    text
}

type Query<'q> = sqlx::query::Query<'q, Postgres, PgArguments>;

/// Every item that `of` finds in an append, with the number the append has in the statement.
fn numbered<'a, T: 'a, I: IntoIterator<Item = T>>(
    appends: &[&'a Append],
    of: impl Fn(&'a Append) -> I,
) -> (Vec<i64>, Vec<T>) {
    appends.iter().zip(1..).flat_map(|(append, n)| of(append).into_iter().map(move |item| (n, item))).unzip()
}

fn bind_events<'q>(query: Query<'q>, appends: &[&'q Append]) -> Query<'q> {
    let (key_commands, keys) = numbered(appends, |append| append.required_keys.iter().copied());
    let (event_commands, events) = numbered(appends, |append| &append.events);
    let column = |value: fn(&SealedEvent) -> &str| -> Vec<&'q str> {
        events.iter().map(|event| value(event)).collect()
    };
    query
        .bind(appends.iter().map(|append| append.aggregate_type).collect::<Vec<_>>())
        .bind(appends.iter().map(|append| append.aggregate_id.as_str()).collect::<Vec<_>>())
        .bind(appends.iter().map(|append| append.first()).collect::<Vec<_>>())
        .bind(appends.iter().map(|append| append.in_turn).collect::<Vec<_>>())
        .bind(key_commands)
        .bind(keys)
        .bind(event_commands)
        .bind(events.iter().map(|event| event.event_id).collect::<Vec<Uuid>>())
        .bind(events.iter().map(|event| event.sequence).collect::<Vec<_>>())
        .bind(column(|event| &event.event_type))
        .bind(column(|event| &event.event_version))
        .bind(column(|event| &event.payload))
        .bind(column(|event| &event.metadata))
}

fn bind_effects<'q>(query: Query<'q>, appends: &[&'q Append]) -> Query<'q> {
    let named = |wanted: bool| {
        numbered(appends, move |append| {
            append.effects.iter().filter_map(move |effect| match effect {
                StoredEffect::Claim { kind, name } if wanted => Some((kind.as_str(), name.as_slice())),
                StoredEffect::Release { kind, name } if !wanted => Some((kind.as_str(), name.as_slice())),
                _ => None,
            })
        })
    };
    let (claim_commands, claims) = named(true);
    let (claim_kinds, claim_names): (Vec<_>, Vec<_>) = claims.into_iter().unzip();
    let (release_commands, releases) = named(false);
    let (release_kinds, release_names): (Vec<_>, Vec<_>) = releases.into_iter().unzip();
    let (gate_commands, gates) = numbered(appends, |append| {
        append.effects.iter().filter_map(|effect| match effect {
            StoredEffect::UsageGate { account, open } => Some((account.as_str(), *open)),
            _ => None,
        })
    });
    let (gate_accounts, gate_states): (Vec<_>, Vec<_>) = gates.into_iter().unzip();
    query
        .bind(claim_commands)
        .bind(claim_kinds)
        .bind(claim_names)
        .bind(release_commands)
        .bind(release_kinds)
        .bind(release_names)
        .bind(gate_commands)
        .bind(gate_accounts)
        .bind(gate_states)
}

fn bind_snapshots<'q>(query: Query<'q>, appends: &[&'q Append]) -> Query<'q> {
    let (commands, snapshots) = numbered(appends, |append| &append.snapshot);
    query
        .bind(commands)
        .bind(snapshots.iter().map(|snapshot| snapshot.schema_version).collect::<Vec<_>>())
        .bind(snapshots.iter().map(|snapshot| snapshot.aggregate.as_str()).collect::<Vec<_>>())
}
