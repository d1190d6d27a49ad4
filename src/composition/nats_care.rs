//! Starting the nats-server of this program again when it runs and cannot be used.
//!
//! One whose disk was full stores nothing more until it is started again, however much space there is by then.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use workers::Bus;

use embedded_servers::NatsServer;

/// How often it is looked.
const EACH: Duration = Duration::from_secs(2);
/// How long it must have failed before it is started again, and how long each further time at first.
const FIRST: Duration = Duration::from_secs(20);
/// The longest time between two starts.
const LONGEST: Duration = Duration::from_secs(600);

/// Sees to it until `stop`.
pub(super) async fn care(bus: Bus, server: NatsServer, stop: CancellationToken) {
    let mut pace = Pace::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EACH) => {}
        }
        let outage = bus.outage();
        if !pace.is_time(outage.as_ref().map(|outage| outage.lasts)) {
            continue;
        }
        let why = outage.map(|outage| outage.why);
        tracing::warn!(why, "nats-server is unusable; restarting it");
        tokio::select! {
            () = stop.cancelled() => return,
            () = server.restart() => {}
        }
    }
}

/// When to start it again: more and more seldom while that does not help.
struct Pace {
    /// Once the outage has lasted so long.
    after: Duration,
    pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { after: FIRST, pause: FIRST }
    }
}

impl Pace {
    fn is_time(&mut self, lasts: Option<Duration>) -> bool {
        let Some(lasts) = lasts else {
            *self = Self::default();
            return false;
        };
        if lasts < self.after {
            return false;
        }
        self.pause = (self.pause * 2).min(LONGEST);
        self.after = lasts + self.pause;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_started_again_more_and_more_seldom_until_it_can_be_used() {
        let mut pace = Pace::default();
        let starts = |pace: &mut Pace| {
            let times = (0..4_000).filter(|second| pace.is_time(Some(Duration::from_secs(*second))));
            times.collect::<Vec<_>>()
        };
        assert_eq!(starts(&mut pace), [20, 60, 140, 300, 620, 1_220, 1_820, 2_420, 3_020, 3_620]);
        assert!(!pace.is_time(None));
        assert!(pace.is_time(Some(FIRST)));
    }
}
