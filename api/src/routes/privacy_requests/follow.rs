//! `GET /v1/me/privacy-requests/{id}/events`: a request as it moves, as server-sent events.
//!
//! Says at once where the request stands, then each change, until it is closed. The read model is looked
//! at when it moved here, and now and then in any case: the runner that moves it may be in another process.
//! A session that ends meanwhile ends the stream; so does a failure of the database, after which a browser
//! comes back by itself.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::RequestId;
use event_store::StoreError;
use event_store::vault::session::{self, Session};
use futures::{Stream, stream};
use projections::privacy_request::{NAME, RequestView};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::lookup;
use super::representation::PrivacyRequestBody;
use crate::extract::{CurrentSession, Id, SeenPosition};
use crate::problem::Problem;
use crate::state::AppState;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How often a silent stream says that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often the request is looked at although nothing moved here.
const POLL: Duration = Duration::from_secs(1);
/// How long at least between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Follows a request.
///
/// Each event is named `state`, has the request's version as its id, and as its data what
/// `GET /v1/me/privacy-requests/{id}` answers. The stream ends when the request is closed. A client that has
/// seen that and comes back gets 204, which tells a browser to stay away.
#[utoipa::path(
    get, path = "/v1/me/privacy-requests/{id}/events", tag = "Privacy requests", operation_id = "followPrivacyRequest",
    params(
        ("id" = String, Path, description = "The request", example = "req_01h455vb4pex5vsknk084sn02q"),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen"),
    ),
    responses(
        (status = 200, description = "The request, now and whenever it changes", body = PrivacyRequestBody,
            content_type = "text/event-stream"),
        (status = 204, description = "The request is closed, and you have seen it so"),
        (status = 404, description = "The account has no such request"),
    ),
    security(("session_token" = []), ("session_cookie" = []))
)]
pub(crate) async fn follow(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<RequestId>,
    SeenPosition(seen): SeenPosition,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let room = state.streams.room()?;
    let first = lookup::find(&state, current.account(), id, seen).await?;
    let last = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok()?.parse().ok());
    if first.request.state.is_closed() && last == Some(first.version) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let follower = Follower {
        progress: state.views.follow(NAME),
        session: current.0,
        id,
        shown: first.version,
        next: Some(first),
        ended: false,
        state,
    };
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(Sse::new(room.hold(follower.stream())).keep_alive(keep_alive).into_response())
}

/// Someone who looks on.
struct Follower {
    state: AppState,
    session: Session,
    id: RequestId,
    /// Told when the read model moves in this process.
    progress: Option<watch::Receiver<i64>>,
    /// The version last shown.
    shown: i64,
    /// What to show without waiting.
    next: Option<RequestView>,
    ended: bool,
}

impl Follower {
    fn stream(self) -> impl Stream<Item = Result<Event, axum::Error>> {
        stream::unfold(self, |mut follower| async move {
            let event = follower.event().await?;
            Some((event, follower))
        })
    }

    async fn event(&mut self) -> Option<Result<Event, axum::Error>> {
        if self.ended {
            return None;
        }
        let view = match self.next.take() {
            Some(view) => view,
            None => self.change().await?,
        };
        self.shown = view.version;
        self.ended = view.request.state.is_closed();
        let body = PrivacyRequestBody::of(&view.request, self.state.store.services().now());
        Some(Event::default().event("state").id(view.version.to_string()).json_data(body))
    }

    /// Waits for the next change. `None` when there will be none to show.
    async fn change(&mut self) -> Option<RequestView> {
        let shutdown = self.state.vitals.shutdown.clone();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return None,
                () = self.news() => {}
            }
            match self.look().await {
                Ok(Some(view)) if view.version > self.shown => return Some(view),
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "a stream of events was cut off"
                    );
                    return None;
                }
            }
        }
    }

    async fn news(&mut self) {
        sleep(PAUSE).await;
        if let Some(progress) = &mut self.progress {
            // Time that is up is a reason to look as well.
            let _ = timeout(POLL, progress.changed()).await;
        } else {
            sleep(POLL).await;
        }
    }

    async fn look(&self) -> Result<Option<RequestView>, StoreError> {
        let (account, now) = (self.session.account, self.state.store.services().now());
        if session::fetch(self.state.store.pool(), account, self.session.id, now).await?.is_none() {
            return Ok(None);
        }
        self.state.views.request_fetch(account, self.id).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::representation::tests::{NOW, at, export, packaged};
    use super::*;
    use crate::tests::{state, text_of};
    use domain::SessionId;
    use domain::authentication::Factors;
    use domain::privacy_request::Request;
    use uuid::Uuid;

    fn follower(request: Request) -> Follower {
        let session = Session {
            id: SessionId::from_uuid(Uuid::nil()),
            account: request.account_id,
            created_at: at(NOW),
            seen_at: at(NOW),
            sudo_at: at(NOW),
            expires_at: at(NOW),
            factors: Factors::PASSWORD,
            generation: Some(1),
        };
        let state = state();
        Follower {
            progress: state.views.follow(NAME),
            session,
            id: request.request_id,
            shown: 0,
            next: Some(RequestView { request, version: 5 }),
            ended: false,
            state,
        }
    }

    #[tokio::test]
    async fn a_closed_request_is_shown_once() {
        let stream = follower(packaged()).stream();
        let text = text_of(Sse::new(stream).into_response()).await;
        assert!(text.starts_with("event: state\nid: 5\ndata: {\"id\":\"req_"), "{text}");
        assert!(text.ends_with("}\n\n") && text.matches("event:").count() == 1, "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_request_is_followed_until_the_process_stops() {
        let follower = follower(export());
        follower.state.vitals.shutdown.cancel();
        let text = text_of(Sse::new(follower.stream()).into_response()).await;
        assert_eq!(text.matches("event: state").count(), 1, "{text}");
    }
}
