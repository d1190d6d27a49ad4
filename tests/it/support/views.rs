//! What must hold of the log and the read models, whatever happened to whoever wrote them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use event_store::EventStore;
use event_store::proof::verify::Verification;
use personal_settings::composition::AppContext;
use projections::rebuild;
use projections::rebuild::Start;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

/// All rows of all read models.
pub(crate) async fn all_rows(pool: &PgPool) -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    for table in projections::all().iter().flat_map(|projection| projection.tables()) {
        let statement = format!("SELECT '{name} ' || t::text FROM {name} t", name = table.name);
        rows.extend(sqlx::query_scalar::<_, String>(&statement).fetch_all(pool).await.unwrap());
    }
    rows
}

/// Each read model is, row by row, what a rebuild makes of the log, and nothing is parked. Nothing may be written meanwhile.
/// How many rows there are.
pub(crate) async fn assert_rebuilt(store: &EventStore) -> usize {
    let lived = all_rows(store.pool()).await;
    for projection in projections::all() {
        rebuild(store, &*projection, Start::Anew, &mut |_| {}).await.unwrap();
    }
    let rebuilt = all_rows(store.pool()).await;
    let differing: Vec<_> = rebuilt.symmetric_difference(&lived).take(10).collect();
    assert!(differing.is_empty(), "{differing:#?}");
    let parked: i64 =
        sqlx::query_scalar("SELECT count(*) FROM parked_event").fetch_one(store.pool()).await.unwrap();
    assert_eq!(parked, 0);
    rebuilt.len()
}

/// The log verifies, with every checkpoint that was signed with this key.
pub(crate) async fn assert_verifies(foundation: &AppContext, signing_key: &Path) {
    let verification = Verification {
        pool: foundation.store.pool().clone(),
        keys: vec![event_store::proof::read_signing_key(signing_key).unwrap().public().clone()],
        objects: Some(foundation.archives.clone()),
        kept: None,
        only_since: false,
        most_streams: None,
        progress: Arc::new(|_| {}),
        stop: CancellationToken::new(),
    };
    let report = verification.run().await.unwrap();
    let findings: Vec<String> = report.findings.kept().iter().map(ToString::to_string).collect();
    assert!(findings.is_empty() && report.checked.events > 0, "{findings:#?}");
    assert_bound(foundation.store.pool()).await;
}

/// Every stream with an event in the history of an account is among those that the signer binds to it. How many
/// events were looked at.
pub(crate) async fn assert_bound(pool: &PgPool) -> i64 {
    let (events, unbound): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE s.stream IS NULL)
         FROM account_history h JOIN log l USING (position) JOIN events e USING (era, xid, ord)
         LEFT JOIN subject_stream s ON s.subject = sha256(convert_to(h.account_id, 'UTF8'))
             AND s.stream = sha256(int8send(octet_length(e.aggregate_type)) || convert_to(e.aggregate_type, 'UTF8')
                 || int8send(octet_length(e.aggregate_id)) || convert_to(e.aggregate_id, 'UTF8'))
         WHERE h.position <= (SELECT subjects FROM log_tree)",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(unbound, 0, "of {events} events");
    events
}
