//! Where bodies are parsed: a large one away from the asynchronous threads, and only as many at once as leave half of
//! the processor to everything else. Of one network only a few wait for their turn, so that others have theirs.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::shares::{Full, Shares};
use crate::network::Network;
use crate::problem::Problem;

/// What is parsed at once where it came, in bytes: less work than handing it over.
const SMALL: usize = 16 * 1024;

/// Large bodies that are parsed or wait for it, in all and of one network.
const WAITS: (usize, usize) = (256, 8);

/// Turns at parsing large bodies. Clones share them.
#[derive(Clone)]
pub(crate) struct Parsing {
    turns: Arc<Semaphore>,
    waits: Shares<Network>,
}

impl Default for Parsing {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::at_once((cores / 2).max(1))
    }
}

impl Parsing {
    fn at_once(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)), waits: Shares::new(WAITS.0, WAITS.1) }
    }

    /// Does `work` on a text of `bytes` that came from `network`.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        network: Option<Network>,
        bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        if bytes <= SMALL {
            return Ok(work());
        }
        let wait = self.waits.take(network, 1).map_err(refusal)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Problem::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            // Held to the end of the work, also when the client has gone.
            let _held = (wait, turn);
            work()
        });
        done.await.map_err(Problem::internal)
    }
}

fn refusal(full: Full) -> Problem {
    let reason = format!("parsing_{}", full.name());
    metrics::counter!("personal_settings_http_bodies_refused_total", "reason" => reason).increment(1);
    Problem::new(full.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;

    #[tokio::test]
    async fn a_large_text_is_parsed_elsewhere_and_a_small_one_here() {
        let here = std::thread::current().id();
        let parsing = Parsing::default();
        let place = || std::thread::current().id();
        assert_eq!(parsing.run(None, SMALL, place).await.unwrap(), here);
        assert_ne!(parsing.run(None, SMALL + 1, place).await.unwrap(), here);
    }

    #[tokio::test]
    async fn only_so_many_are_parsed_at_once() {
        let parsing = Parsing::at_once(1);
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let first = tokio::spawn({
            let parsing = parsing.clone();
            async move { parsing.run(None, SMALL + 1, move || ended.recv().is_ok()).await }
        });
        while parsing.turns.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let mut second = Box::pin(parsing.run(None, SMALL + 1, || ()));
        assert!(futures::poll!(&mut second).is_pending());
        end.send(()).unwrap();
        assert!(first.await.unwrap().unwrap());
        second.await.unwrap();
    }

    #[tokio::test]
    async fn one_network_never_takes_all_turns() {
        let parsing = Parsing::at_once(1);
        let [one, other] = [1, 2].map(|n| Some(Network::of([203, 0, 113, n].into())));
        let turn = parsing.turns.acquire().await.unwrap();
        let parse = |network| Box::pin(parsing.run(network, SMALL + 1, || ()));
        let mut waiting: Vec<_> = (0..WAITS.1).map(|_| parse(one)).collect();
        for wait in &mut waiting {
            assert!(futures::poll!(wait).is_pending());
        }
        let refused = parse(one).await.err().map(|problem| problem.kind());
        assert_eq!(refused, Some(Kind::TooMuchAtOnce));
        let mut others = parse(other);
        assert!(futures::poll!(&mut others).is_pending());
        drop(turn);
        for wait in waiting {
            wait.await.unwrap();
        }
        others.await.unwrap();
        parse(one).await.unwrap();
    }
}
