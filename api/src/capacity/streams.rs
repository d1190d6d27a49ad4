//! How many answers may be on their way for long: in all, of one network and of one client.
//!
//! A stream of events, an archive and a whole history hold a connection for minutes or hours, long after
//! their request counted as answered. They are counted here, so that they cannot take all memory, nor one client
//! all the room.

use domain::{AccountId, OperatorId};
use futures::{Stream, StreamExt};

use super::shares::{Full, Share, Shares};
use crate::network::Network;
use crate::problem::{Kind, Problem};

/// Streams at once in this process.
const MOST: usize = 2_048;
/// Those of one network.
const MOST_OF_NETWORK: usize = 256;
/// Those of one account, or of one operator: some windows of a browser, and a download.
const MOST_OF_CLIENT: usize = 8;

/// The streams of this process. Clones share the counts.
#[derive(Clone)]
pub(crate) struct Streams {
    networks: Shares<Network>,
    clients: Shares<Client>,
}

/// Whose a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    Account(AccountId),
    Operator(OperatorId),
}

/// Permit of one stream; released when dropped.
pub(crate) struct StreamPermit {
    _of_network: Share<Network>,
    _of_client: Share<Client>,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            networks: Shares::new(MOST, MOST_OF_NETWORK),
            clients: Shares::new(usize::MAX, MOST_OF_CLIENT),
        }
    }
}

impl Streams {
    /// A permit for one more stream of `client` from `network`, or the refusal that there is none.
    pub(crate) fn permit(&self, network: Option<Network>, client: Client) -> Result<StreamPermit, Problem> {
        self.acquire(network, client).map_err(refusal)
    }

    fn acquire(&self, network: Option<Network>, client: Client) -> Result<StreamPermit, Full> {
        let of_client = self.clients.take(Some(client), 1)?;
        Ok(StreamPermit { _of_network: self.networks.take(network, 1)?, _of_client: of_client })
    }
}

fn refusal(full: Full) -> Problem {
    metrics::counter!("personal_settings_http_streams_refused_total").increment(1);
    match full {
        Full::All => Problem::new(Kind::Busy),
        Full::Each => Problem::because(
            Kind::TooMuchAtOnce,
            format!("At most {MOST_OF_CLIENT} streams and downloads at once: end one of them first."),
        ),
    }
}

impl StreamPermit {
    /// Holds the permit until the stream is at its end or dropped.
    pub(crate) fn hold<S: Stream>(self, stream: S) -> impl Stream<Item = S::Item> {
        stream.map(move |item| {
            let _held = &self;
            item
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn account(n: u128) -> Client {
        Client::Account(AccountId::from_uuid(Uuid::from_u128(n)))
    }

    fn network(n: u8) -> Option<Network> {
        Some(Network::of([203, 0, 113, n].into()))
    }

    #[test]
    fn one_account_has_a_few_streams_from_wherever_it_asks() {
        let streams = Streams::default();
        let held: Vec<StreamPermit> =
            (0..8).map(|n| streams.acquire(network(n), account(1)).unwrap()).collect();
        assert_eq!(streams.acquire(network(9), account(1)).err(), Some(Full::Each));
        assert!(streams.acquire(network(9), account(2)).is_ok());
        drop(held);
        assert!(streams.acquire(network(9), account(1)).is_ok());
    }

    #[test]
    fn one_network_never_takes_all_room() {
        let streams = Streams::default();
        let held: Vec<StreamPermit> =
            (0..256).map(|n| streams.acquire(network(1), account(n)).unwrap()).collect();
        assert_eq!(streams.acquire(network(1), account(1_000)).err(), Some(Full::Each));
        assert!(streams.acquire(network(2), account(1_000)).is_ok());
        drop(held);
        // What was refused has taken nothing.
        assert_eq!((streams.networks.taken(), streams.clients.taken()), (0, 0));
    }

    #[tokio::test]
    async fn a_stream_holds_its_room_while_it_lives() {
        let streams = Streams::default();
        let held = streams.acquire(None, account(1)).unwrap().hold(futures::stream::iter([1, 2]));
        assert_eq!(streams.networks.taken(), 1);
        assert_eq!(held.collect::<Vec<_>>().await, [1, 2]);
        assert_eq!(streams.networks.taken(), 0);
    }
}
