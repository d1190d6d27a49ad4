//! Signing checkpoints of the log and verifying it: where the key is, and the tasks that use it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use event_store::proof::{CheckpointSigner, SigningKey, VerifierKey};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use workers::{Checkpoints, Verifications};

use super::AppContext;
use crate::cli::{SigningKeyOptions, SigningOptions};

const NO_SCHEDULE: &str = "--checkpoints is no cron expression such as \"0 * * * * *\"";
const NO_VERIFICATIONS: &str =
    "--verifications or --whole-verifications is no cron expression such as \"30 23 * * * *\"";

/// The running tasks, if there is a key to sign with.
pub struct Signing {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Signing {
    /// Finds out whether the options make sense; nothing is made.
    ///
    /// # Errors
    /// When one does not.
    pub(super) fn check(options: &SigningOptions) -> anyhow::Result<()> {
        Checkpoints::check(&options.checkpoints).context(NO_SCHEDULE)?;
        for hours in [&options.verifications, &options.whole_verifications] {
            Checkpoints::check(hours).context(NO_VERIFICATIONS)?;
        }
        options.signing_key_file.as_deref().map_or(Ok(()), |path| named_key(path).map(drop))
    }

    /// Starts it. In the data directory a key is made where there is none yet; a file that was named and is
    /// not there is a mistake. Without either, nothing is signed here.
    ///
    /// # Errors
    /// When there is no usable key, or the schedule makes no sense.
    pub fn start(on: &AppContext, options: &SigningOptions, data_dir: Option<&Path>) -> anyhow::Result<Self> {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let key = match (&options.signing_key_file, data_dir) {
            (Some(path), _) => Some(named_key(path)?),
            (None, Some(folder)) => Some(event_store::proof::read_or_make_signing_key(&below(folder))?),
            (None, None) => None,
        };
        match key {
            Some(key) => {
                tasks.spawn(verifications(on, &key, options)?.run(stop.clone()));
                let signer = CheckpointSigner::new(key, on.archives.clone(), on.store.services().clone());
                let checkpoints = Checkpoints::new(on.store.clone(), signer, &options.checkpoints);
                tasks.spawn(checkpoints.context(NO_SCHEDULE)?.run(stop.clone()));
            }
            None => {
                tracing::warn!("checkpoints are not signed by this process: give --signing-key-file FILE");
            }
        }
        tasks.close();
        Ok(Self { stop, tasks })
    }

    /// Stops it, after the round under way.
    pub async fn stop(self) {
        self.stop.cancel();
        super::within_grace("checkpoints", self.tasks.wait()).await;
    }
}

fn verifications(
    on: &AppContext,
    key: &SigningKey,
    options: &SigningOptions,
) -> anyhow::Result<Verifications> {
    let mut keys = vec![key.public().clone()];
    if let Some(path) = &options.public_key {
        let text = std::fs::read_to_string(path);
        let text = text.with_context(|| format!("{} cannot be read", path.display()))?;
        let earlier = VerifierKey::read_all(&text);
        keys.extend(earlier.with_context(|| format!("{} holds no public key", path.display()))?);
    }
    let hours = (options.verifications.as_str(), options.whole_verifications.as_str());
    Verifications::new(on.store.clone(), on.archives.clone(), keys, hours).context(NO_VERIFICATIONS)
}

fn named_key(path: &Path) -> anyhow::Result<SigningKey> {
    event_store::proof::read_signing_key(path).context(
        "the file that --signing-key-file names cannot be used; for a first key: (umask 077; head -c 32 /dev/urandom | \
         base64 > FILE)",
    )
}

/// The file with the signing key that an auditor means.
pub fn signing_key_file(options: &SigningKeyOptions) -> PathBuf {
    options.signing_key_file.clone().unwrap_or_else(|| below(&options.data_dir))
}

fn below(data_dir: &Path) -> PathBuf {
    data_dir.join("keys").join("signing.key")
}
