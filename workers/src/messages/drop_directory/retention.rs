//! Retention: how long files stay in the directories that mail and codes are written into.
//!
//! # What always holds
//! - A mail is removed when its time is over, a code much sooner, also what a crash left half written.
//! - *Delete Data* and the account's deletion remove what was written for the person, but for the farewell, which is the
//!   last mail and goes when its time is over.
//! - Nothing is removed that was not written by this service: a directory may hold other files.
//!
//! Each process sweeps its own directories. A file that cannot be removed is tried again a minute later.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use domain::{AccountId, Services};
use tokio_util::sync::CancellationToken;

use super::{DRAWN, DropDirectory, mark};

/// How long a code stays, if not shorter: as long as it works, and a little.
const CODES: Duration = Duration::from_secs(15 * 60);
/// What a crash left half written is removed after this.
const HALF_WRITTEN: Duration = Duration::from_secs(60);
/// How often files are looked through.
const EVERY: Duration = Duration::from_secs(60);
/// How the names of all files begin that are written here: with the id of a message or of a request.
const BEGINNINGS: [&str; 2] = ["msg_", "req_"];
/// How they end.
const ENDINGS: [&str; 3] = [".eml", ".txt", ".xml"];
/// The mail that an account's deletion leaves.
const FAREWELL: &str = ".account_deleted@";

/// The directories that mail and codes are written into, if any. Clones share nothing but paths.
#[derive(Clone, Debug, Default)]
pub struct DropDirectories(Vec<Swept>);

#[derive(Clone, Debug)]
struct Swept {
    path: PathBuf,
    what: &'static str,
    life: Duration,
}

impl DropDirectories {
    /// The directories of mail and of a phone. Files stay for `retention`, codes for a quarter of an hour at most.
    pub fn new(mail: Option<&DropDirectory>, phone: Option<&DropDirectory>, retention: Duration) -> Self {
        let swept = |directory: &DropDirectory, what, life| Swept { path: directory.0.clone(), what, life };
        let mail = mail.map(|directory| swept(directory, "mail", retention));
        let codes = phone.map(|directory| swept(directory, "texts and calls", retention.min(CODES)));
        Self(mail.into_iter().chain(codes).collect())
    }

    /// Where they are.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.0.iter().map(|swept| swept.path.clone()).collect()
    }

    /// Removes what was written for an account. Returns how many files.
    ///
    /// # Errors
    /// When a directory cannot be read, or a file in it not be removed. Safe to do again.
    pub async fn forget(&self, account: AccountId) -> io::Result<u64> {
        let marked = ENDINGS.map(|ending| format!(".{}{ending}", mark(account)));
        let theirs =
            move |name: &str| marked.iter().any(|marked| name.ends_with(marked)) && !name.contains(FAREWELL);
        self.remove(move |name, _, _| theirs(name)).await
    }

    /// Removes what has been there for too long at `now`. Returns how many files.
    ///
    /// # Errors
    /// As [`forget`](Self::forget).
    pub async fn sweep(&self, now: DateTime<Utc>) -> io::Result<u64> {
        let now = SystemTime::from(now);
        self.remove(move |name, written_at, life| {
            let life = if is_half_written(name) { HALF_WRITTEN } else { life };
            now.duration_since(written_at).is_ok_and(|age| age >= life)
        })
        .await
    }

    /// Sweeps at once and every minute until `stop`. Logs at the start that mail is not sent.
    pub async fn sweep_until(self, services: Services, stop: CancellationToken) {
        for Swept { path, what, life } in &self.0 {
            tracing::warn!(
                folder = %path.display(),
                kept_for = ?life,
                "{what}: written into a folder and not sent; give --mail and --phone to reach people"
            );
        }
        while !self.0.is_empty() && !stop.is_cancelled() {
            match self.sweep(services.now()).await {
                Ok(0) => {}
                Ok(files) => tracing::info!(
                    files,
                    "mail and codes were removed from their folders: their time is over"
                ),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(
                        error,
                        "mail and codes stay in their folders; they are removed in a minute"
                    );
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    async fn remove(
        &self,
        which: impl Fn(&str, SystemTime, Duration) -> bool + Send + 'static,
    ) -> io::Result<u64> {
        let directories = self.0.clone();
        let work = move || {
            let mut removed = 0;
            for Swept { path, life, .. } in directories {
                removed += remove_from(&path, |name, written_at| which(name, written_at, life))?;
            }
            Ok(removed)
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| Err(panic.into()))
    }
}

fn remove_from(directory: &Path, which: impl Fn(&str, SystemTime) -> bool) -> io::Result<u64> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        // Nothing was written yet, or there is no such directory: who writes is told.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| is_ours(name) || is_half_written(name)) else {
            continue;
        };
        let found = entry.metadata().and_then(|metadata| metadata.modified());
        let removing = found.and_then(|written_at| match which(name, written_at) {
            true => fs::remove_file(entry.path()).map(|()| 1),
            false => Ok(0),
        });
        match removing {
            Ok(files) => removed += files,
            // A reader of the mail takes it away.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(removed)
}

/// Whether a file of this name was written here.
pub(super) fn is_ours(name: &str) -> bool {
    BEGINNINGS.iter().any(|begins| name.starts_with(begins))
        && ENDINGS.iter().any(|ends| name.ends_with(ends))
}

/// A temporary file of a writer: see [`super::temporary`]. Those of earlier releases end in a number of any length.
fn is_half_written(name: &str) -> bool {
    name.strip_prefix('.').and_then(|name| name.strip_suffix(".tmp")).is_some_and(|name| {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let drawn = |part: &str| part.len() == DRAWN && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        name.split_once('-').is_some_and(|(process, end)| digits(process) && (digits(end) || drawn(end)))
    })
}
