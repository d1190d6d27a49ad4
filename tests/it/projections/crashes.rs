//! A read model after any crash is the read model rebuilt from zero: for random lives of several accounts and
//! their requests, with processes that die, connections that break at a certain word, and several runners at
//! once. `PROPTEST_CASES` walks for longer; a failure prints the shortest story that shows it.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::privacy_request::Kind;
use domain::{AccountId, Scope};
use event_store::KeyName;
use projections::rebuild::Start;
use projections::{Runner, find, rebuild};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use workers::privacy_requests::advance;

use super::{NAMES, await_read, dump, sign_in, store_raw, switch};
use crate::support::{Lost, Proxy, Target, TestApp};

/// Stories that are told when nobody asks for more.
const STORIES: u32 = 8;
const ACCOUNTS: usize = 3;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    SignIn(usize),
    Switch(usize, bool),
    /// A request is received, or moved on.
    Export(usize),
    /// An event comes that nobody can read.
    Nonsense(usize),
    /// What is known of the person of an account is erased.
    Erase(usize),
    /// Another process begins to move the read models.
    Begin,
    /// One that was begun dies, wherever it is.
    Die(usize),
    /// The connection on which these words are said next breaks.
    Break(&'static str, bool),
    /// All connections break, for a moment.
    Away,
    Pause(u64),
}

/// Words of which each is said in another part of a batch.
const WORDS: [&str; 7] = [
    "SKIP LOCKED",
    "account_view",
    "INSERT INTO privacy_request_view",
    "INSERT INTO account_history",
    "INSERT INTO parked_event",
    "UPDATE projection",
    "COMMIT",
];

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..ACCOUNTS;
    prop_oneof![
        4 => who().prop_map(Step::SignIn),
        4 => (who(), any::<bool>()).prop_map(|(who, on)| Step::Switch(who, on)),
        3 => who().prop_map(Step::Export),
        1 => who().prop_map(Step::Nonsense),
        1 => who().prop_map(Step::Erase),
        2 => Just(Step::Begin),
        2 => (0..4usize).prop_map(Step::Die),
        3 => (prop::sample::select(&WORDS[..]), any::<bool>()).prop_map(|(words, answer)| Step::Break(words, answer)),
        1 => Just(Step::Away),
        2 => (1..12u64).prop_map(Step::Pause),
    ]
}

/// What goes on in a story.
struct World {
    app: TestApp,
    proxy: Proxy,
    accounts: Vec<AccountId>,
    runners: Vec<JoinHandle<()>>,
}

impl World {
    async fn begin() -> Self {
        let mut app = TestApp::build().await;
        app.stop_log().await;
        let mut accounts = Vec::new();
        for n in 0..ACCOUNTS {
            accounts.push(app.register(&format!("p{n}@example.com")).await);
        }
        let proxy = Proxy::new(Target::database(), true).await;
        Self { app, proxy, accounts, runners: Vec::new() }
    }

    /// Processes that move the read models, behind the proxy, until somebody ends them.
    fn run(&mut self) {
        let other = self.app.beyond(&self.proxy);
        for projection in projections::all() {
            let runner = Runner::new(other.store.clone(), other.views.positions(), projection);
            self.runners.push(tokio::spawn(runner.run(CancellationToken::new())));
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            // A stream with nonsense in it takes no commands any more.
            Step::SignIn(who) if self.is_sound(who).await => sign_in(&self.app, self.accounts[who]).await,
            Step::Switch(who, on) if self.is_sound(who).await => {
                switch(&self.app, self.accounts[who], on).await;
            }
            Step::SignIn(_) | Step::Switch(..) => {}
            Step::Export(who) => self.export(who).await,
            Step::Nonsense(who) => {
                let payload = serde_json::json!({"event": "preferences_changed"});
                let pool = self.app.foundation.store.pool();
                store_raw(pool, self.accounts[who], "account.preferences_changed", "1", &payload).await;
            }
            Step::Erase(who) => {
                let profile = KeyName::new(self.accounts[who].to_string(), Scope::Profile.as_str());
                self.app.foundation.erasures.destroy_key(&profile, "req_1").await.unwrap();
            }
            Step::Begin => self.run(),
            Step::Die(n) if !self.runners.is_empty() => {
                let n = n % self.runners.len();
                self.runners.swap_remove(n).abort();
            }
            Step::Die(_) => {}
            Step::Break(words, answer) => {
                self.proxy.cut_at(words, if answer { Lost::Answer } else { Lost::Question });
            }
            Step::Away => {
                self.proxy.cut();
                tokio::time::sleep(Duration::from_millis(3)).await;
                self.proxy.mend();
            }
            Step::Pause(milliseconds) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
        }
    }

    async fn is_sound(&self, who: usize) -> bool {
        let id = self.accounts[who].to_string();
        self.app.foundation.store.load::<domain::account::Account>(&id).await.is_ok()
    }

    async fn export(&mut self, who: usize) {
        let store = &self.app.foundation.store;
        let (kind, name) = (domain::effect::ClaimKind::OpenRequest, format!("{}/export", self.accounts[who]));
        match store.owner_of(kind, &name).await.unwrap() {
            None => drop(self.app.receive(self.accounts[who], Kind::Export).await),
            Some(open) => {
                // Sources that need the read models come back later: that, too, is an event.
                let (ctx, stop) = (self.app.worker_context(), CancellationToken::new());
                let work = advance(&ctx, open.parse().unwrap(), &stop);
                let _ = tokio::time::timeout(Duration::from_millis(100), work).await;
            }
        }
    }
}

async fn tell(story: Vec<Step>) -> Result<(), TestCaseError> {
    let mut world = World::begin().await;
    let stop = CancellationToken::new();
    let sequencer =
        tokio::spawn(event_store::Sequencer::new(world.app.foundation.store.log().clone()).run(stop.clone()));
    world.run();
    for step in story {
        world.take(step).await;
    }
    // In the end one process is well.
    world.runners.iter().for_each(JoinHandle::abort);
    world.proxy.mend();
    let well = world.app.beside();
    let end = CancellationToken::new();
    let mut last = Vec::new();
    for projection in projections::all() {
        let runner = Runner::new(well.store.clone(), well.views.positions(), projection);
        last.push(tokio::spawn(runner.run(end.clone())));
    }
    let pool = world.app.foundation.store.pool();
    await_read(pool, &NAMES).await;
    let lived = everything(&world.app).await;
    for name in NAMES {
        let done = rebuild(&well.store, &*find(name).unwrap(), Start::Anew, &mut |_| {}).await;
        prop_assert!(done.is_ok(), "{name}: {done:?}");
    }
    let rebuilt = everything(&world.app).await;
    let differing: Vec<_> = rebuilt.symmetric_difference(&lived).collect();
    prop_assert!(differing.is_empty(), "{differing:#?}");
    prop_assert!(lived.len() >= 2 * ACCOUNTS);
    end.cancel();
    stop.cancel();
    futures::future::join_all(last.into_iter().chain([sequencer])).await;
    Ok(())
}

/// All rows, and what is parked.
async fn everything(app: &TestApp) -> BTreeSet<String> {
    let mut rows = BTreeSet::from_iter(dump(app.foundation.store.pool()).await);
    rows.extend(super::parked(app).await.iter().map(|row| format!("parked {row:?}")));
    rows
}

#[test]
fn after_any_crash_a_read_model_is_what_a_rebuild_makes_of_the_log() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(STORIES);
    let config = Config { cases, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    TestRunner::new(config)
        .run(&prop::collection::vec(step(), 10..60), |story| runtime.block_on(tell(story)))
        .unwrap();
}
