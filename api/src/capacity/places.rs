//! How many requests may be at work at once: in all, of one network and of one account.
//!
//! A request takes its place when it is admitted, and a share of its account as soon as that is known. What ends an
//! intrusion takes one of its session instead: other sessions of the account must not be able to use that up. While a
//! request waits for its body it gives the place back ([`Seat::while_away`]): a client that sends slowly keeps no other
//! out.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use domain::{AccountId, SessionId};

use super::shares::{Full, Share, Shares};
use crate::network::Network;
use crate::problem::Problem;

/// Requests at work in this process. Bounds memory under overload.
const MOST: usize = 1_024;
/// Requests at work of one network: many people may share one.
const MOST_OF_NETWORK: usize = 256;
/// Requests that wait for their bodies, in all and of one network.
const WAITS: (usize, usize) = (4_096, 256);
/// Requests at work of one account; and of one session of it, of those that end an intrusion.
const MOST_OF_ACCOUNT: usize = 64;

/// Whose share a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sharer {
    /// That of all sessions of an account.
    Account(AccountId),
    /// That of one session, for what ends an intrusion.
    EndingOf(SessionId),
}

/// The places there are. Clones share them.
#[derive(Clone)]
pub(crate) struct Places {
    networks: Shares<Network>,
    sharers: Shares<Sharer>,
    waits: Shares<Network>,
}

/// The place of one request. Clones are the same place, which is given back with the last of them.
#[derive(Clone)]
pub(crate) struct Seat {
    taken: Arc<Taken>,
    shared: Arc<OnceLock<Share<Sharer>>>,
}

struct Taken {
    places: Places,
    network: Option<Network>,
    place: Mutex<Option<Share<Network>>>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            networks: Shares::new(MOST, MOST_OF_NETWORK),
            sharers: Shares::new(usize::MAX, MOST_OF_ACCOUNT),
            waits: Shares::new(WAITS.0, WAITS.1),
        }
    }
}

impl Places {
    /// A place for a request from `network`, or the refusal that there is none.
    pub(crate) fn seat(&self, network: Option<Network>) -> Result<Seat, Problem> {
        let place = Mutex::new(Some(self.networks.take(network, 1).map_err(refusal)?));
        let taken = Arc::new(Taken { places: self.clone(), network, place });
        Ok(Seat { taken, shared: Arc::default() })
    }
}

impl Seat {
    /// The same place, for a request that is made to answer this one: whose share it takes is its own matter.
    pub(crate) fn for_request_within(&self) -> Self {
        Self { taken: self.taken.clone(), shared: Arc::default() }
    }

    /// Where the request comes from.
    pub(crate) fn network(&self) -> Option<Network> {
        self.taken.network
    }

    /// The request is one of `sharer`, who has a share of their own.
    pub(crate) fn belongs_to(&self, sharer: Sharer) -> Result<(), Problem> {
        if self.shared.get().is_none() {
            let share = self.taken.places.sharers.take(Some(sharer), 1).map_err(refusal)?;
            // Set meanwhile: then it is counted already.
            let _ = self.shared.set(share);
        }
        Ok(())
    }

    /// Gives the place back while `work` waits for the client, and takes one again afterwards.
    pub(crate) async fn while_away<T>(
        &self,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let waits = self.taken.places.waits.take(self.taken.network, 1).map_err(refusal)?;
        drop(self.place().take());
        let done = work.await?;
        drop(waits);
        *self.place() = Some(self.taken.places.networks.take(self.taken.network, 1).map_err(refusal)?);
        Ok(done)
    }

    fn place(&self) -> MutexGuard<'_, Option<Share<Network>>> {
        self.taken.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refusal(full: Full) -> Problem {
    metrics::counter!("personal_settings_http_requests_shed_total", "bound" => full.name()).increment(1);
    Problem::new(full.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;
    use std::future::pending;
    use uuid::Uuid;

    fn network(last: u8) -> Option<Network> {
        Some(Network::of(std::net::IpAddr::from([203, 0, 113, last])))
    }

    fn kind(refused: Result<impl Sized, Problem>) -> Option<Kind> {
        refused.err().map(|problem| problem.kind())
    }

    #[test]
    fn one_network_never_takes_all_places() {
        let places = Places::default();
        let held: Vec<Seat> = (0..MOST_OF_NETWORK).map(|_| places.seat(network(1)).unwrap()).collect();
        assert_eq!(kind(places.seat(network(1))), Some(Kind::TooMuchAtOnce));
        let others: Vec<Seat> = (2..5)
            .flat_map(|n| (0..MOST_OF_NETWORK).map(move |_| n))
            .map(|n| places.seat(network(n)).unwrap())
            .collect();
        assert_eq!(kind(places.seat(network(9))), Some(Kind::Busy));
        drop(held);
        assert!(places.seat(network(9)).is_ok());
        drop(others);
    }

    #[test]
    fn one_account_has_its_share_from_wherever_it_comes() {
        let places = Places::default();
        let account = |n| Sharer::Account(AccountId::from_uuid(Uuid::from_u128(n)));
        let ada = account(1);
        let held: Vec<Seat> = (0..64u8).map(|n| places.seat(network(n)).unwrap()).collect();
        for seat in &held {
            seat.belongs_to(ada).unwrap();
            // Known already.
            seat.belongs_to(ada).unwrap();
        }
        let another = places.seat(network(100)).unwrap();
        assert_eq!(kind(another.belongs_to(ada)), Some(Kind::TooMuchAtOnce));
        let ending = places.seat(network(101)).unwrap();
        let session = SessionId::from_uuid(Uuid::from_u128(3));
        assert!(
            ending.belongs_to(Sharer::EndingOf(session)).is_ok(),
            "what ends an intrusion has a share of its own"
        );
        assert!(another.belongs_to(account(2)).is_ok());
    }

    #[test]
    fn what_is_asked_to_answer_a_request_stays_in_its_place_and_takes_its_own_share() {
        let places = Places::default();
        let seat = places.seat(network(1)).unwrap();
        let within = seat.for_request_within();
        assert_eq!(places.networks.taken(), 1);
        let share = |n| Sharer::EndingOf(SessionId::from_uuid(Uuid::from_u128(n)));
        within.belongs_to(share(1)).unwrap();
        seat.for_request_within().belongs_to(share(2)).unwrap();
        drop((seat, within));
        assert_eq!(places.networks.taken(), 0);
    }

    #[tokio::test]
    async fn a_request_that_waits_for_its_body_holds_no_place() {
        let places = Places::default();
        let seat = places.seat(network(1)).unwrap();
        let taken = seat.while_away(async { Ok(places.networks.taken()) }).await.unwrap();
        assert_eq!((taken, places.networks.taken()), (0, 1));
        // It stands behind those who came meanwhile.
        let refused = seat.while_away(async {
            let others: Vec<Seat> = (0..MOST_OF_NETWORK).map(|_| places.seat(network(1)).unwrap()).collect();
            Ok(others)
        });
        assert_eq!(kind(refused.await), Some(Kind::TooMuchAtOnce));
    }

    #[tokio::test]
    async fn one_network_never_takes_all_room_to_wait_for_bodies_in() {
        let places = Places::default();
        let mut waiting = Vec::new();
        for _ in 0..WAITS.1 {
            let seat = places.seat(network(1)).unwrap();
            let mut wait = Box::pin(async move { seat.while_away(pending::<Result<(), Problem>>()).await });
            assert!(futures::poll!(&mut wait).is_pending());
            waiting.push(wait);
        }
        let wait = async |network| places.seat(network).unwrap().while_away(async { Ok(()) }).await;
        assert_eq!(kind(wait(network(1)).await), Some(Kind::TooMuchAtOnce));
        assert!(wait(network(2)).await.is_ok());
        drop(waiting);
        assert!(wait(network(1)).await.is_ok());
    }
}
