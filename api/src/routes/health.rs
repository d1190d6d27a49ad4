//! `GET /healthz` and `GET /readyz`: is the process alive, and should it be sent requests?
//!
//! What exactly does not work is for those who run the service: the listener of a process's own tells it
//! ([`readiness`]); to everybody only yes or no is said.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use event_store::encryption::master_holders;
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::state::{AppState, Vitals};

/// How long one check may take.
const LONGEST: Duration = Duration::from_secs(2);

/// The process answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the process answers at all. Says nothing of what it depends on: a process that lost its database
/// must not be restarted for that.
#[utoipa::path(get, path = "/healthz", tag = "Service", operation_id = "getHealth", responses((status = 200, description = "It answers", body = Alive)))]
pub(crate) async fn healthz() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// Whether the process can serve.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// `ready` or `not_ready`.
    #[schema(example = "ready")]
    status: &'static str,
}

/// Whether the process can serve, and what was looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Readiness {
    /// `ready` or `not_ready`.
    status: &'static str,
    /// What was looked at.
    checks: Vec<Check>,
    /// What does not keep this process from serving, and should be seen to.
    warnings: Vec<&'static str>,
}

/// One thing that must work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// What.
    name: &'static str,
    /// Whether it works.
    ok: bool,
    /// If not, why.
    detail: Option<String>,
}

/// Whether the process should be sent requests: everything it depends on works, and it is not about to
/// stop. Each check takes two seconds at most.
#[utoipa::path(
    get, path = "/readyz", tag = "Service", operation_id = "getReadiness",
    responses(
        (status = 200, description = "It can serve", body = Ready),
        (status = 503, description = "It cannot", body = Ready),
    )
)]
pub(crate) async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<Ready>) {
    let vitals = &state.vitals;
    // Anybody may ask, as often as they like: what it depends on is looked at a few times a second.
    let works = state.ready.get_with((), async { all_work(&dependencies(vitals).await) }).await;
    let (code, status) = told(works && process(vitals).ok);
    (code, Json(Ready { status }))
}

/// The same, and what does not work: for those who run the service.
pub(crate) async fn readiness(State(vitals): State<Vitals>) -> (StatusCode, Json<Readiness>) {
    let mut checks = vec![process(&vitals)];
    checks.extend(dependencies(&vitals).await);
    let (code, status) = told(all_work(&checks));
    (code, Json(Readiness { status, checks, warnings: warnings(&vitals).await }))
}

/// What is amiss elsewhere. Nothing where that cannot be found out, which a check tells.
async fn warnings(vitals: &Vitals) -> Vec<&'static str> {
    let workers = timeout(LONGEST, master_holders::workers(vitals.store.pool())).await;
    let none = matches!(workers, Ok(Ok(0)));
    none.then_some("no worker runs on this database: exports, erasures and mails wait until one does")
        .into_iter()
        .collect()
}

fn told(ready: bool) -> (StatusCode, &'static str) {
    if ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not_ready") }
}

fn all_work(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.ok)
}

/// What the process depends on.
async fn dependencies(vitals: &Vitals) -> Vec<Check> {
    let database = async {
        match vitals.store.can_write().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the database cannot be written to: it is a standby, or read-only".to_owned()),
            // The cause is not for everybody: it may name hosts and users.
            Err(_) => Err("the database does not answer".to_owned()),
        }
    };
    let others = vitals.readiness.iter().map(|check| bounded(check.name(), check.check()));
    let (database, others) = tokio::join!(
        bounded("database", database),
        others.collect::<FuturesOrdered<_>>().collect::<Vec<_>>()
    );
    [database].into_iter().chain(others).collect()
}

/// The process itself.
fn process(vitals: &Vitals) -> Check {
    let trouble = if vitals.shutdown.is_cancelled() {
        Some("it is about to stop")
    } else if !*vitals.open.borrow() {
        Some("it is starting: it waits for the database, its schema, its keys or its ledger of erasures")
    } else {
        None
    };
    Check { name: "process", ok: trouble.is_none(), detail: trouble.map(str::to_owned) }
}

async fn bounded(name: &'static str, check: impl Future<Output = Result<(), String>>) -> Check {
    let outcome = timeout(LONGEST, check).await;
    let detail = match outcome {
        Ok(outcome) => outcome.err(),
        Err(_) => Some("no answer within two seconds".to_owned()),
    };
    Check { name, ok: detail.is_none(), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_has_failed() {
        let check = bounded("nats", std::future::pending()).await;
        assert_eq!(check.detail.as_deref(), Some("no answer within two seconds"));
        assert!(!check.ok);
        assert!(bounded("nats", async { Ok(()) }).await.ok);
        let check = bounded("nats", async { Err("not connected".to_owned()) }).await;
        assert_eq!(check, Check { name: "nats", ok: false, detail: Some("not connected".to_owned()) });
    }
}
