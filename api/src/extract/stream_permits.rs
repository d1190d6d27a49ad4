//! Permits for long answers: streams of events, whole histories and archives.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::capacity::{Client, Seat, StreamPermit, Streams};
use crate::network::Network;
use crate::problem::Problem;
use crate::state::AppState;

/// The [`Streams`] of this process, for a request from one network.
pub(crate) struct StreamPermits {
    streams: Streams,
    network: Option<Network>,
}

impl StreamPermits {
    /// A permit for one more stream of `client`, or the refusal that there is none.
    pub(crate) fn acquire(&self, client: Client) -> Result<StreamPermit, Problem> {
        self.streams.permit(self.network, client)
    }
}

impl FromRequestParts<AppState> for StreamPermits {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let network = parts.extensions.get::<Seat>().and_then(Seat::network);
        Ok(Self { streams: state.streams.clone(), network })
    }
}
