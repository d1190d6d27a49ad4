//! Waiting until a server that was started can be used.
//!
//! A server is asked every few milliseconds. One that takes long (PostgreSQL replays its log after a crash)
//! is given its time; one that ends again and again is not.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::keeper::Keeper;
use crate::log_file::LogFile;

/// A server that ended so often before it was ready will not become it.
const TRIES: u32 = 5;

/// A server that runs is given up after this time.
const PATIENCE: Duration = Duration::from_secs(900);

/// How often those who wait are told so.
const REMINDER: Duration = Duration::from_secs(10);

/// The pause between two questions grows up to this.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Asks until the answer is `Ok`; an `Err` says what the server is doing meanwhile. When it is given up, it
/// is ended too.
pub(crate) async fn until_ready<T>(
    server: &'static str,
    keeper: &Keeper,
    log: &LogFile,
    mut ask: impl AsyncFnMut() -> Result<T, String>,
) -> Result<T, Error> {
    let began = Instant::now();
    let mut reminder = began + REMINDER;
    let mut pause = Duration::from_millis(2);
    let why = loop {
        let doing = match ask().await {
            Ok(value) => return Ok(value),
            Err(doing) => doing,
        };
        let status = keeper.status();
        if status.exits >= TRIES || status.ended {
            break format!("it ended {} times, the last time with {}", status.exits, status.last_exit);
        }
        if began.elapsed() > PATIENCE {
            break format!("after {} minutes: {doing}", PATIENCE.as_secs() / 60);
        }
        if Instant::now() > reminder {
            tracing::info!(server, doing, waited_s = began.elapsed().as_secs(), "not ready yet");
            reminder += REMINDER;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    };
    keeper.stop().await;
    Err(Error::DidNotStart { server, log: log.path().to_owned(), last_lines: log.last_lines(), why })
}
