//! `POST /track`: usage comes in, in the dialect of Mixpanel's ingestion API, so that an SDK made for it
//! only changes its host.
//!
//! Of an account that does not want its usage logged nothing is stored, and the sender is told nothing of
//! that: what is dropped is answered like what is stored. Nothing of the contents is logged.
//!
//! Two passes over a body: the first keeps nothing but the token and counts ([`outline`]), so that nothing is built for
//! a sender who is not let in, or who sends too much; the second builds one event after the other ([`event`]).

mod call;
mod dialect;
mod event;
mod outline;
mod payload;
mod quota;
mod strangers;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use event_store::StoreError;
use event_store::usage::{self, Ingested, Project};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{LargestBody, read_whole};
use crate::places::Seat;
use crate::problem::Problem;
use crate::state::AppState;
use call::{Call, Packing};
use dialect::{Refusal, VerboseAnswer, Verbosity};
pub(crate) use strangers::Strangers;

/// Largest body, in bytes, also when it is unpacked.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(track)).layer(Extension(LargestBody(LARGEST_BODY)))
}

/// Takes usage in.
///
/// The body is a JSON list of events (or one event), or a form whose field `data` holds that, as JSON or as
/// base64 of it; gzip is accepted. Each event is `{"event", "properties": {"token", "distinct_id", "time",
/// "$insert_id", …}}`. A repeat of an event with the same name, time, `distinct_id` and `$insert_id` is
/// stored once.
///
/// - `token` is the project's token. It is not stored.
/// - `time` is in seconds or milliseconds since 1970. Left out, or before 1970 or more than a day ahead, it
///   is the time of arrival.
/// - Without `$insert_id` a repeat cannot be recognised.
///
/// All events of a call are taken in, or none.
#[utoipa::path(
    post, path = "/track", tag = "Ingestion", operation_id = "track",
    params(("verbose" = Option<u8>, Query, description = "1: answer JSON that says what is wrong")),
    request_body(content((Vec<Object> = "application/json"), (String = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "`1`, or with `verbose=1` the same as JSON", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 400, description = "`0`: it cannot be read, or an event is not as it must be", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 401, description = "`0`: an event has no token, or one of no project", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 413, description = "`0`: more than 10 MiB, 2000 events, 10000 values in one or 600000 in all", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 415, description = "`0`: compressed otherwise than with gzip", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 429, description = "More than 64 MiB at a stretch from one network: `too-many-tries`; see `Retry-After`"),
    )
)]
pub(crate) async fn track(
    State(state): State<AppState>,
    uri: Uri,
    request: Request,
) -> Result<Response, Problem> {
    let mut verbosity = Verbosity::of_query(&uri);
    let outcome = take_in(&state, request, &mut verbosity).await?;
    Ok(verbosity.answer(outcome).into_response())
}

/// Stores what a call brings. The outer error is ours, the inner one the sender's.
async fn take_in(
    state: &AppState,
    request: Request,
    verbosity: &mut Verbosity,
) -> Result<Result<(), Refusal>, Problem> {
    let network = request.extensions().get::<Seat>().and_then(Seat::network);
    state.strangers.refuse(network)?;
    let mut read = 0;
    let outcome = store(state, request, verbosity, &mut read).await;
    if let Ok(Err(_)) = outcome {
        state.strangers.note(network, read);
    }
    outcome
}

/// The same; tells how many bytes are `read`, or may have been.
async fn store(
    state: &AppState,
    request: Request,
    verbosity: &mut Verbosity,
    read: &mut usize,
) -> Result<Result<(), Refusal>, Problem> {
    let packing = match Packing::of(request.headers()) {
        Ok(packing) => packing,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let whole = match read_whole(request, state).await {
        Ok(whole) => whole,
        Err(problem) => return call::told(problem).map(Err),
    };
    *read = packing.at_most(whole.len());
    let call = match state.parsing.run(whole.network(), *read, move || Call::read(whole, packing)).await?? {
        Ok(call) => call,
        Err(refusal) => return Ok(Err(refusal)),
    };
    *read = call.payload.json.len();
    verbosity.also(call.payload.verbose);
    if call.outline.events == 0 {
        // Nothing was sent: there is nothing to be let in.
        return Ok(Ok(()));
    }
    let token = call.outline.token.as_deref().unwrap_or_default();
    let Some(project) = project_with(state, token).await? else {
        return Ok(Err(Refusal::unknown_token()));
    };
    let services = state.store.services().clone();
    let network = call.payload.json.network();
    let from = network.map_or_else(|| "unknown".to_owned(), |network| network.to_string());
    let project_id = project.id.clone();
    let events = move || call.events(&services, &project);
    let (batch, _charge) = match state.parsing.run(network, *read, events).await? {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let batch = state.within_quota(&project_id, &from, batch)?;
    count(usage::ingest(state.store.pool(), &batch).await?);
    Ok(Ok(()))
}

/// The house project, if `token` is its token: the one project whose usage is collected so far.
async fn project_with(state: &AppState, token: &str) -> Result<Option<Project>, StoreError> {
    if token.is_empty() {
        return Ok(None);
    }
    if let Some(known) = state.projects.get(token).await {
        return Ok(Some(known));
    }
    let found = usage::project_with_token(state.store.pool(), token).await?.filter(|project| project.house);
    if let Some(project) = &found {
        state.projects.insert(token.to_owned(), project.clone()).await;
    }
    Ok(found)
}

fn count(ingested: Ingested) {
    let Ingested { stored, dropped, repeated } = ingested;
    for (outcome, number) in [("stored", stored), ("dropped", dropped), ("repeated", repeated)] {
        metrics::counter!("personal_settings_usage_events_total", "outcome" => outcome).increment(number);
    }
}
