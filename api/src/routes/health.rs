//! `GET /healthz` and `GET /readyz`: is the process alive, and should it be sent requests?

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::state::Vitals;

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
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `ready` or `not_ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// What was looked at.
    checks: Vec<Check>,
}

/// One thing that must work.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Check {
    /// What.
    #[schema(example = "database")]
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
        (status = 200, description = "It can serve", body = Readiness),
        (status = 503, description = "It cannot", body = Readiness),
    )
)]
pub(crate) async fn readyz(State(vitals): State<Vitals>) -> (StatusCode, Json<Readiness>) {
    let readiness = look(&vitals).await;
    let status = if readiness.status == "ready" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

async fn look(vitals: &Vitals) -> Readiness {
    let database = async {
        // The cause is not for everybody: it may name hosts and users.
        vitals.store.ping().await.map_err(|_| "the database does not answer".to_owned())
    };
    let others = vitals.readiness.iter().map(|check| bounded(check.name(), check.check()));
    let (database, others) = tokio::join!(
        bounded("database", database),
        others.collect::<FuturesOrdered<_>>().collect::<Vec<_>>()
    );
    let process = if vitals.shutdown.is_cancelled() {
        Some("it is about to stop")
    } else if !*vitals.open.borrow() {
        Some("it is starting: it waits for the database, its schema, its keys or its ledger of erasures")
    } else {
        None
    };
    let process = Check { name: "process", ok: process.is_none(), detail: process.map(str::to_owned) };
    let checks: Vec<Check> = [process, database].into_iter().chain(others).collect();
    let ready = checks.iter().all(|check| check.ok);
    Readiness { status: if ready { "ready" } else { "not_ready" }, checks }
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
