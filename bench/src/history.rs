//! What a command costs on an account with a short history and with a long one.

use std::time::Instant;

use domain::AccountId;
use event_store::EventStore;
use futures::{StreamExt, TryStreamExt, stream};

use crate::Effort;
use crate::report::Report;
use crate::scratch::{Server, execute, register, sign_in};

/// Events an account has.
const LENGTHS: [usize; 5] = [1, 10, 100, 1_000, 10_000];
/// What the others are compared with.
const USUAL: usize = 10;
/// Accounts of a length.
const ACCOUNTS: usize = 20;

/// Accounts with a history of about `length` events, and what commands on them took in each round.
struct Histories {
    length: usize,
    accounts: Vec<AccountId>,
    warm: Vec<f64>,
    cold: Vec<f64>,
}

pub(crate) async fn measure(server: &Server, effort: Effort, report: &mut Report<'_>) -> anyhow::Result<()> {
    let scratch = server.migrated().await?;
    let store = scratch.store()?;
    let mut all = Vec::new();
    for length in LENGTHS.into_iter().filter(|length| *length <= effort.longest) {
        all.push(Histories::grow(&store, length).await?);
    }
    for _ in 0..effort.rounds {
        for histories in &mut all {
            histories.measure(&store).await?;
        }
    }
    let usual = |of: fn(&Histories) -> &Vec<f64>| {
        all.iter().find(|histories| histories.length == USUAL).map(of).cloned().unwrap_or_default()
    };
    let (usual_warm, usual_cold) = (usual(|histories| &histories.warm), usual(|histories| &histories.cold));
    for Histories { length, warm, cold, .. } in &all {
        let named = |how: &str| format!("command, {how}, {length} events of history (floor: {USUAL})");
        report.beside(named("warm"), "µs", warm, &usual_warm);
        report.beside(named("cold"), "µs", cold, &usual_cold);
    }
    store.pool().close().await;
    scratch.drop().await
}

impl Histories {
    async fn grow(store: &EventStore, length: usize) -> anyhow::Result<Self> {
        let accounts = register(store, ACCOUNTS).await?;
        stream::iter(accounts.iter().enumerate())
            .map(|(n, account)| async move {
                // Not all at the same distance from a snapshot.
                let more = if length > USUAL { length + n % 10 } else { length };
                for _ in 1..more {
                    execute(store, *account, sign_in(store.services())).await?;
                }
                anyhow::Ok(())
            })
            .buffer_unordered(ACCOUNTS)
            .try_collect::<()>()
            .await?;
        Ok(Self { length, accounts, warm: Vec::new(), cold: Vec::new() })
    }

    /// One command on each account: by a process that knows it, and by one that knows nothing.
    async fn measure(&mut self, store: &EventStore) -> anyhow::Result<()> {
        for account in &self.accounts {
            execute(store, *account, sign_in(store.services())).await?;
            let warm = Instant::now();
            execute(store, *account, sign_in(store.services())).await?;
            self.warm.push(warm.elapsed().as_secs_f64() * 1e6);
        }
        for account in &self.accounts {
            store.forget_everything();
            let cold = Instant::now();
            execute(store, *account, sign_in(store.services())).await?;
            self.cold.push(cold.elapsed().as_secs_f64() * 1e6);
        }
        Ok(())
    }
}
