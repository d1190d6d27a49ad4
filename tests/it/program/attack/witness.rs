//! A client that has nothing to do with it: how long it waits meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::{Client, PROGRAM};

/// The pause between two questions.
const PAUSE: Duration = Duration::from_millis(20);
/// How long the worst but one of a hundred answers may take.
#[derive(Debug)]
pub(super) struct Bounds {
    own_page: Duration,
    health: Duration,
    /// How many answers of each there are at least.
    answers: usize,
}

/// Those of a release.
const RELEASE: Bounds =
    Bounds { own_page: Duration::from_millis(250), health: Duration::from_millis(100), answers: 100 };
/// Those of a build without optimisation, on a machine of which others take the most: it holds those of a release where
/// it has two cores to itself. A release without limits at the door, on such a machine, kept a client waiting for 37
/// seconds, and the process from telling how it is for six; it refused, and took 851 MiB.
const DEBUG: Bounds = Bounds { own_page: Duration::from_secs(6), health: Duration::from_secs(3), answers: 8 };

/// Those of the program that is started.
fn bounds() -> Bounds {
    if is_release() { RELEASE } else { DEBUG }
}

/// Whether the program that is started was built as a release.
pub(super) fn is_release() -> bool {
    !cfg!(debug_assertions) || std::env::var_os(PROGRAM).is_some()
}

/// Asks in a thread of its own, so that what the floods cost this process is not counted.
pub(super) struct Witness {
    asking: JoinHandle<Seen>,
    enough: Arc<AtomicBool>,
}

/// What the client has seen.
#[derive(Debug)]
pub(super) struct Seen {
    answers: usize,
    refused: Vec<u16>,
    own_page: Duration,
    health: Duration,
}

impl Witness {
    pub(super) fn start(client: Client) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&enough);
        let asking = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(ask(client, &until))
        });
        Self { asking, enough }
    }

    pub(super) fn end(self) -> Seen {
        self.enough.store(true, Ordering::Relaxed);
        self.asking.join().unwrap()
    }
}

impl Seen {
    pub(super) fn assert_good(&self) {
        let bounds = bounds();
        assert_eq!(self.refused, [0; 0], "{self:?}");
        assert!(self.answers >= bounds.answers, "{self:?}, not {bounds:?}");
        assert!(self.own_page < bounds.own_page && self.health < bounds.health, "{self:?}, not {bounds:?}");
    }
}

async fn ask(client: Client, enough: &AtomicBool) -> Seen {
    // Connections of this runtime.
    let client = Client { http: crate::support::http().build().unwrap(), ..client };
    let (mut own_page, mut health, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    while !enough.load(Ordering::Relaxed) {
        for (path, times) in [("/v1/me", &mut own_page), ("/healthz", &mut health)] {
            let began = Instant::now();
            let (status, _) = client.ask("GET", path, serde_json::Value::Null).await;
            times.push(began.elapsed());
            if status != 200 {
                refused.push(status);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    let answers = own_page.len();
    Seen {
        answers,
        refused,
        own_page: worst_but_one_percent(own_page),
        health: worst_but_one_percent(health),
    }
}

fn worst_but_one_percent(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() * 99 / 100]
}
