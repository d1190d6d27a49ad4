//! How often passwords may be tried: so that guessing is slow, and no guessing keeps the holder out (OWASP ASVS 5.0,
//! 6.3.1).
//!
//! * **A familiar place** has a share of its own and asks for no other: whatever strangers do, the right password gets in
//!   from there.
//! * **Strangers** count by their network, at several widths at once: for all accounts together, and for the one account.
//! * **Strangers of one account together** fill [`STRANGERS`], which never refuses: once it is full the account is *under
//!   guessing*, and each network has the small share of [`WHILE_GUESSED_AT`] instead. From a network without
//!   guessers the right password gets in even then.
//! * **A password reset** forgives what was counted about the account, and makes the place familiar where the link was
//!   used. So a holder at an unfamiliar place whose network is full of guessers gets in as well.
//!
//! So many guesses a day can be made at one account, by strangers: about 400 from one provider's
//! network; and from n networks of /16 (IPv6: of /32), however many addresses they have, about 400 + 8 n: 1,400 from
//! 120 of them, 80,000 from 10,000. Passwords that are tried within so many are refused when they are chosen
//! ([`crate::password`]).

use std::time::Duration;

use domain::account::Account;
use domain::{AccountId, EmailAddress};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::rate_limit::{self, Bucket, Full, Limit};

use super::FamiliarPlace;
use crate::extract::Visitor;
use crate::limiter::too_many;
use crate::limits::{FAMILIAR, STRANGERS, TRIES_OF_ADDRESS};
use crate::network::{self, Width};
use crate::problem::Problem;
use crate::state::AppState;

/// Secrets tried from a network, whatever on.
const ON_ANYTHING: [(Width, Limit); 4] = [
    (Width::Line, TRIES_OF_ADDRESS),
    (Width::Site, Limit { name: "tries/site", burst: 300, every: Duration::from_secs(2) }),
    (Width::Block, Limit { name: "tries/block", burst: 1_200, every: Duration::from_millis(500) }),
    (Width::Provider, Limit { name: "tries/provider", burst: 4_800, every: Duration::from_millis(125) }),
];
/// Passwords tried from a network on one account.
const ON_ACCOUNT: [(Width, Limit); 4] = [
    (Width::Line, Limit { name: "password/account+address", burst: 20, every: Duration::from_secs(60) }),
    (Width::Site, Limit { name: "password/account+site", burst: 20, every: Duration::from_secs(60) }),
    (Width::Block, Limit { name: "password/account+block", burst: 40, every: Duration::from_secs(60) }),
    (Width::Provider, Limit { name: "password/account+provider", burst: 60, every: Duration::from_secs(60) }),
];
/// Passwords tried from a network on an account under guessing.
const WHILE_GUESSED_AT: [(Width, Limit); 4] = [
    (Width::Line, Limit { name: "guessed/address", burst: 2, every: Duration::from_secs(43_200) }),
    (Width::Site, Limit { name: "guessed/site", burst: 2, every: Duration::from_secs(43_200) }),
    (Width::Block, Limit { name: "guessed/block", burst: 3, every: Duration::from_secs(28_800) }),
    (Width::Provider, Limit { name: "guessed/provider", burst: 4, every: Duration::from_secs(21_600) }),
];

/// A try at signing in, as it was counted.
pub(crate) struct SignInTry {
    taken: Vec<Bucket>,
    place: Option<FamiliarPlace>,
}

impl SignInTry {
    /// Counts a try at the account of an address. Where the address has no account the same is done.
    ///
    /// # Errors
    /// 429 when it is one too many.
    pub(crate) async fn count(
        state: &AppState,
        email: &EmailAddress,
        account: Option<AccountId>,
        visitor: &Visitor,
    ) -> Result<Self, Problem> {
        let name = email.canonical();
        let about = rate_limit::about(state.store.records(), &name).await?;
        let place = state.familiar_place(account, visitor).await?;
        let taken = match &place {
            Some(place) => {
                let key = place.key().to_owned();
                let taken = vec![Bucket { limit: FAMILIAR, key, about: Some(about) }];
                taken_or_refused(state, &taken).await?;
                taken
            }
            None => take_as_stranger(state, (&name, &about), visitor).await?,
        };
        Ok(Self { taken, place })
    }

    /// Gives the try back: the password was right, and no guess.
    pub(crate) async fn refund(&self, state: &AppState) -> Result<(), Problem> {
        Ok(rate_limit::put_back(state.store.records(), &self.taken).await?)
    }

    /// The familiar place that it was made from.
    pub(crate) fn place(&self) -> Option<&FamiliarPlace> {
        self.place.as_ref()
    }
}

impl AppState {
    /// Has what was tried on an account be forgiven with `extras`: its holder has proved who they are.
    pub(crate) async fn forgive_tries(
        &self,
        account: AccountId,
        extras: &mut CommitExtras,
    ) -> Result<(), Problem> {
        let (aggregate, _) = self.store.load::<Account>(&account.to_string()).await?;
        if let Some(email) = aggregate.holder()?.email.known() {
            let about = rate_limit::about(self.store.records(), &email.canonical()).await?;
            extras.records.push(RecordWrite::ForgiveTries(about));
        }
        Ok(())
    }
}

/// Takes what a stranger needs; where the account is under guessing, from the small shares as well.
async fn take_as_stranger(
    state: &AppState,
    (name, about): (&str, &[u8]),
    visitor: &Visitor,
) -> Result<Vec<Bucket>, Problem> {
    let on_account = |limits| {
        let keyed = |(limit, network)| Bucket {
            limit,
            key: format!("{name}/{network}"),
            about: Some(about.to_vec()),
        };
        by_network(limits, visitor).map(keyed)
    };
    let on_anything =
        by_network(&ON_ANYTHING, visitor).map(|(limit, key)| Bucket { limit, key, about: None });
    let shares: Vec<Bucket> = on_account(&ON_ACCOUNT).chain(on_anything).collect();
    let strangers = Bucket { limit: STRANGERS, key: name.to_owned(), about: Some(about.to_vec()) };
    let calm: Vec<Bucket> = shares.iter().cloned().chain([strangers]).collect();
    match rate_limit::take(state.store.records(), &calm).await? {
        None => Ok(calm),
        Some(full) if full.limit.name != STRANGERS.name => Err(refused(full)),
        Some(_) => {
            let guessed_at: Vec<Bucket> = on_account(&WHILE_GUESSED_AT).chain(shares).collect();
            taken_or_refused(state, &guessed_at).await?;
            Ok(guessed_at)
        }
    }
}

fn by_network(limits: &[(Width, Limit)], visitor: &Visitor) -> impl Iterator<Item = (Limit, String)> {
    let named = |&(width, limit): &(Width, Limit)| Some((limit, network::named(visitor.address, width)?));
    limits.iter().filter_map(named)
}

async fn taken_or_refused(state: &AppState, buckets: &[Bucket]) -> Result<(), Problem> {
    match rate_limit::take(state.store.records(), buckets).await? {
        None => Ok(()),
        Some(full) => Err(refused(full)),
    }
}

fn refused(full: Full) -> Problem {
    if full.wait < Duration::from_secs(600) {
        return too_many(full.limit, full.wait);
    }
    let hours = full.wait.as_secs() / 3_600 + 1;
    let detail = format!(
        "Too many wrong passwords came from your part of the network. Sign in from a device or a network you have \
         signed in from before, ask for a link to choose a new password, or come back in {hours} hours."
    );
    too_many(full.limit, full.wait).in_words(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: f64 = 86_400.0;

    fn a_day(limit: Limit) -> f64 {
        f64::from(limit.burst) + DAY / limit.every.as_secs_f64()
    }

    /// Guesses at one account in a day, from so many networks of a provider's width.
    fn guesses(networks: u32) -> f64 {
        let widest = |limits: &[(Width, Limit); 4]| a_day(limits[3].1);
        let calm = a_day(STRANGERS).min(f64::from(networks) * widest(&ON_ACCOUNT));
        calm + f64::from(networks) * widest(&WHILE_GUESSED_AT)
    }

    #[test]
    fn a_distributed_attack_is_slowed_to_what_the_module_says() {
        assert_eq!(a_day(ON_ACCOUNT[3].1), 1_500.0);
        assert_eq!(guesses(1), 388.0 + 8.0);
        assert_eq!(guesses(120), 388.0 + 960.0);
        assert_eq!(guesses(10_000), 388.0 + 80_000.0);
    }

    #[test]
    fn wider_networks_have_more_room_and_a_guessed_account_has_less() {
        for table in [ON_ANYTHING, ON_ACCOUNT, WHILE_GUESSED_AT] {
            assert!(table.iter().map(|(width, _)| *width).eq(Width::ALL));
            for pair in table.windows(2) {
                assert!(a_day(pair[0].1) <= a_day(pair[1].1), "{pair:?}");
            }
        }
        for ((_, calm), (_, guessed)) in ON_ACCOUNT.iter().zip(&WHILE_GUESSED_AT) {
            assert!(a_day(*guessed) * 100.0 < a_day(*calm), "{guessed:?}");
        }
    }
}
