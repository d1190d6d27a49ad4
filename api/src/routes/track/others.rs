//! `/engage`, `/groups` and `/import`: routes of the dialect that keep nothing, and say so in a form that its packages
//! read. An answer of "1" would pretend that something was stored.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;

use super::dialect::{Refusal, Wanted, is_on};
use super::{call, preflight};
use crate::capacity::Seat;
use crate::extract::read_whole;
use crate::problem::Problem;
use crate::state::AppState;

const PROFILES: &str = "nothing of this call was kept: there are no profiles here. What account holders tell of \
    themselves they set at /v1/me; events are taken in at /track";
const GROUPS: &str = "nothing of this call was kept: there are no profiles of groups here. Organizations are set up at \
    /v1/organizations; events are taken in at /track";
const IMPORT: &str = "nothing of this call was kept: send events of the past to /track as well, which takes them with the \
    time they bear. An import with a service account or an API secret comes with usage of customers' projects, in a \
    later release";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    let slashed =
        [("/engage", "/engage/", PROFILES), ("/groups", "/groups/", GROUPS), ("/import", "/import/", IMPORT)];
    slashed.into_iter().fold(OpenApiRouter::new(), |router, (path, with_slash, why)| {
        router.route(path, keeping_nothing(why)).route(with_slash, keeping_nothing(why))
    })
}

fn keeping_nothing(why: &'static str) -> MethodRouter<AppState> {
    let answer = move |State(state): State<AppState>, uri: Uri, request: Request| async move {
        refuse(&state, &uri, request, why).await
    };
    get(answer).post(answer).options(preflight)
}

/// A refused import in the form that is asked for with `strict=1`.
#[derive(Serialize)]
struct RefusedImport {
    code: u16,
    error: &'static str,
    failed_records: [(); 0],
    num_records_imported: usize,
    status: &'static str,
}

/// Reads the call to its end, so that its answer is read, and refuses it.
async fn refuse(
    state: &AppState,
    uri: &Uri,
    request: Request,
    why: &'static str,
) -> Result<Response, Problem> {
    let network = request.extensions().get::<Seat>().and_then(Seat::network);
    state.refused_usage.refuse(network)?;
    let mut wanted = Wanted::by_query(uri);
    let refusal = match read_whole(request, state).await {
        Ok(body) => {
            let bytes = body.len();
            state.refused_usage.note_read(network, bytes);
            let verbose = state.parsing.run(network, bytes, move || is_on(&body, "verbose")).await?;
            wanted.or_verbose(verbose);
            Refusal::malformed(why)
        }
        Err(problem) => call::told(problem)?,
    };
    if is_on(uri.query().unwrap_or_default().as_bytes(), "strict") && refusal.error() == IMPORT {
        let status = StatusCode::BAD_REQUEST;
        let told = RefusedImport {
            code: status.as_u16(),
            error: IMPORT,
            failed_records: [],
            num_records_imported: 0,
            status: "Bad Request",
        };
        return Ok((status, Json(told)).into_response());
    }
    Ok(wanted.answer(Err(refusal)))
}
