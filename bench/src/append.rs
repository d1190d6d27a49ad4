//! Commands a second, from one task and from many.

use std::sync::Arc;

use crate::Effort;
use crate::floor::Floor;
use crate::report::Report;
use crate::rounds::rate;
use crate::scratch::{Server, execute, register, sign_in};
use crate::stock::Stock;

/// Tasks that each send one command after the other.
const CONCURRENT: [usize; 4] = [1, 8, 32, 64];
/// Accounts a task sends to in turn: so many that none grows a long history meanwhile.
const ACCOUNTS: usize = 200;

pub(crate) async fn measure(server: &Server, effort: Effort, report: &mut Report<'_>) -> anyhow::Result<()> {
    for concurrent in CONCURRENT {
        measure_with(server, concurrent, effort, report).await?;
    }
    Ok(())
}

async fn measure_with(
    server: &Server,
    concurrent: usize,
    effort: Effort,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let connections = concurrent as u32;
    let scratch = server.migrated().await?;
    let store = scratch.store()?;
    let services = store.services().clone();
    let floor = Arc::new(Floor::prepare(server, connections).await?);
    let stock = Arc::new(Stock::prepare(server, services.clone(), connections).await?);
    let ours = Arc::new(register(&store, concurrent * ACCOUNTS).await?);
    let theirs = Arc::new(stock.register(&services, concurrent * ACCOUNTS).await?);

    let (mut commands, mut stock_commands) = (Vec::new(), Vec::new());
    let (mut inserts, mut batched) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        inserts.push({
            let (floor, services) = (floor.clone(), services.clone());
            rate(concurrent, effort.round, move |_, _| {
                let (floor, id) = (floor.clone(), services.ids.uuid());
                async move { floor.insert(id).await }
            })
            .await?
        });
        batched.push({
            let (floor, services) = (floor.clone(), services.clone());
            let batches = rate(1, effort.round, move |_, _| {
                let ids: Vec<_> = (0..concurrent).map(|_| services.ids.uuid()).collect();
                let floor = floor.clone();
                async move { floor.insert_many(&ids).await }
            });
            batches.await? * concurrent as f64
        });
        commands.push({
            let (store, ours) = (store.clone(), ours.clone());
            rate(concurrent, effort.round, move |worker, n| {
                let (store, account) = (store.clone(), ours[worker * ACCOUNTS + n % ACCOUNTS]);
                async move { execute(&store, account, sign_in(store.services())).await }
            })
            .await?
        });
        stock_commands.push({
            let (stock, theirs, services) = (stock.clone(), theirs.clone(), services.clone());
            rate(concurrent, effort.round, move |worker, n| {
                let (stock, account) = (stock.clone(), theirs[worker * ACCOUNTS + n % ACCOUNTS]);
                let command = sign_in(&services);
                async move { Ok(stock.framework.execute(&account.to_string(), command).await?) }
            })
            .await?
        });
    }
    let of = |what: &str| format!("append: {what}, {concurrent} at once");
    report.beside(of("commands (floor: one-row INSERT commits)"), "/s", &commands, &inserts);
    report.beside(of("commands (floor: batched UNNEST inserts)"), "/s", &commands, &batched);
    report.beside(of("commands (floor: stock cqrs-es execute)"), "/s", &commands, &stock_commands);

    store.pool().close().await;
    scratch.drop().await?;
    if let (Some(floor), Some(stock)) = (Arc::into_inner(floor), Arc::into_inner(stock)) {
        floor.drop().await?;
        stock.drop().await?;
    }
    Ok(())
}
