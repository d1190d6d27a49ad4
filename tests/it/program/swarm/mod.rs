//! Ten thousand accounts, sixteen clients: memberships, credentials and whole accounts come and go at random, with
//! wrong requests in between.
//!
//! In the end every organization has an owner, what organizations say of their members their accounts say as well,
//! every read model is what a rebuild makes of the log, the log verifies, and nothing of who left is of any use. On the
//! way every answer is one that the description of the interface names, and nothing fails on our side. `SWARM_SEED`
//! does a run again as far as sixteen clients at once can be; `SWARM_WISHES` makes it longer.

#![expect(clippy::print_stdout, reason = "a failure shows the seed")]

mod bee;
mod end;
mod wishes;
mod world;

use std::time::Instant;

use futures::future::join_all;

use bee::Bee;
use world::World;

const ACCOUNTS: usize = 10_000;
const TEAMS: usize = 1_500;
const CLIENTS: u64 = 16;
/// Wishes of all clients together, if nobody asks for more.
const WISHES: usize = 3_200;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn organizations_keep_their_owners_and_nothing_is_left_of_who_leaves() {
    let seed = number("SWARM_SEED").unwrap_or_else(rand::random);
    let wishes = number("SWARM_WISHES").and_then(|wishes| usize::try_from(wishes).ok()).unwrap_or(WISHES);
    println!("SWARM_SEED={seed}");
    let began = Instant::now();
    let mut world = World::build(seed).await;
    let built = began.elapsed();
    world.open().await;
    let bees = (0..CLIENTS).map(|n| Bee::new(&world, seed.wrapping_add(n)).swarm(wishes / CLIENTS as usize));
    join_all(bees).await;
    let wished = began.elapsed();
    world.rest().await;
    end::nothing_is_left_of_who_left(&world).await;
    world.close().await;
    end::accounts_and_organizations_agree(&world).await;
    end::everything_follows_from_the_log(&world).await;
    println!(
        "built in {built:?}, {wishes} wishes by {wished:?}, all by {:?}\n{}",
        began.elapsed(),
        world.told()
    );
}
