//! What cannot be done is sent away at once: everything before the service is open, and more than can be
//! done at once, so that what is done is done in time.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::deadline::hurry;
use crate::extract::address_of;
use crate::network::Network;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Lets a request in if the service is open and there is room, and holds its place until it is answered, or has taken too
/// long.
pub(crate) async fn admit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if !*state.vitals.open.borrow() {
        return Err(Problem::new(Kind::Unavailable));
    }
    let client = address_of(request.extensions(), request.headers(), &state);
    let seat = state.places.seat(client.map(Network::of))?;
    request.extensions_mut().insert(seat.clone());
    let response = hurry(request, next).await;
    drop(seat);
    response
}
