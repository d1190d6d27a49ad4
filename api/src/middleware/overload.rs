//! Load shedding: more than can be done at once is refused at once, so that what is done is done in time. Until the service
//! is open every request gets 503.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::deadline::request_timeout;
use crate::capacity::Seat;
use crate::extract::address_of;
use crate::network::Network;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// A place for a request, held until it is answered or has taken too long; a refusal where there is none, or the service is
/// not open yet.
pub(crate) async fn load_shed(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let seat = admit(&state, &mut request)?;
    let response = request_timeout(request, next).await;
    drop(seat);
    response
}

/// A place for a request, and a part of it from now on.
pub(crate) fn admit(state: &AppState, request: &mut Request) -> Result<Seat, Problem> {
    if !*state.vitals.open.borrow() {
        return Err(Problem::new(Kind::Unavailable));
    }
    let client = address_of(request.extensions(), request.headers(), state);
    // What is asked in order to answer another request stays in its place: two that wait for each other would end in none.
    let seat = match request.extensions().get::<Seat>() {
        Some(seat) => seat.for_request_within(),
        None => state.places.seat(client.map(Network::of))?,
    };
    request.extensions_mut().insert(seat.clone());
    Ok(seat)
}
