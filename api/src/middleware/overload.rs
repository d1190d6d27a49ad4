//! What cannot be done is sent away at once: everything before the service is open, and more than can be
//! done at once, so that what is done is done in time.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Lets a request in if the service is open and there is room, and holds its place until it is answered.
pub(crate) async fn admit(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if !*state.vitals.open.borrow() {
        return Err(Problem::new(Kind::Unavailable));
    }
    let Ok(_place) = state.requests.try_acquire() else {
        metrics::counter!("http_requests_shed_total").increment(1);
        return Err(Problem::new(Kind::Busy));
    };
    Ok(next.run(request).await)
}
