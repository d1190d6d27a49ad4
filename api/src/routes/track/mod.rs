//! `POST /track`: usage comes in, in the dialect of Mixpanel's ingestion API, so that an SDK made for it
//! only changes its host.
//!
//! Of an account that does not want its usage logged nothing is stored, and the sender is told nothing of
//! that: what is dropped is answered like what is stored. Nothing of the contents is logged.

mod dialect;
mod event;
mod payload;

use std::collections::BTreeSet;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_ENCODING;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use event_store::StoreError;
use event_store::usage::{self, Incoming, Ingested, Project};
use tower_http::decompression::RequestDecompressionLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::read_whole;
use crate::problem::{Kind, Problem};
use crate::state::AppState;
use dialect::{Refusal, VerboseAnswer, Verbosity};
use event::Sent;

/// Largest body once decompressed, in bytes.
const LARGEST_BODY: usize = 10 * 1024 * 1024;
/// Most events in one call.
const MOST_EVENTS: usize = 2_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(track))
        // The limit counts what comes out of the decompression.
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(RequestDecompressionLayer::new().pass_through_unaccepted(true))
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
        (status = 413, description = "`0`: more than 10 MiB or 2000 events", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 415, description = "`0`: compressed otherwise than with gzip", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
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
    // The decompression removes the header of what it could read.
    if request.headers().contains_key(CONTENT_ENCODING) {
        let refusal =
            Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "compress the body with gzip or not at all");
        return Ok(Err(refusal));
    }
    let bytes = match read_whole(request, state).await {
        Ok(bytes) => bytes,
        Err(problem) if problem.kind() == Kind::TooLarge => {
            return Ok(Err(Refusal::too_large("send at most 10 MiB at once")));
        }
        Err(_) => {
            return Ok(Err(Refusal::malformed(
                "the body could not be read; is it whole, and gzip if it says so?",
            )));
        }
    };
    let events = match read(&bytes, state, verbosity) {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(project) = project_of(state, &events).await? else {
        let text = "set properties.token of every event to the token of your project";
        return Ok(Err(Refusal::new(StatusCode::UNAUTHORIZED, text)));
    };
    let ids = &state.store.services().ids;
    let batch: Vec<Incoming> =
        events.into_iter().map(|event| event.incoming(&project.id, || ids.uuid().to_string())).collect();
    count(usage::ingest(state.store.pool(), &batch).await?);
    Ok(Ok(()))
}

fn read(bytes: &[u8], state: &AppState, verbosity: &mut Verbosity) -> Result<Vec<Sent>, Refusal> {
    let payload = payload::read(bytes)?;
    verbosity.also(payload.verbose);
    if payload.events.len() > MOST_EVENTS {
        return Err(Refusal::too_large("send at most 2000 events at once"));
    }
    let now = state.store.services().now();
    payload.events.into_iter().enumerate().map(|(index, event)| Sent::read(event, index, now)).collect()
}

/// The project all events belong to. `None` when one of them has no token, or one of no project.
async fn project_of(state: &AppState, events: &[Sent]) -> Result<Option<Project>, StoreError> {
    let tokens: BTreeSet<&str> = events.iter().map(Sent::token).collect();
    let mut found = None;
    for token in tokens {
        match project_with(state, token).await? {
            Some(project) => found = Some(project),
            None => return Ok(None),
        }
    }
    match found {
        Some(project) => Ok(Some(project)),
        // Nothing was sent: there is nothing to be let in.
        None => Ok(Some(Project { id: String::new(), token: String::new(), house: true })),
    }
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
        metrics::counter!("usage_events_total", "outcome" => outcome).increment(number);
    }
}
