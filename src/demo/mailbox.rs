//! Looking into the mail directory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;

/// How long a mail may take.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

/// A directory of mails.
pub(super) struct Mailbox(PathBuf);

impl Mailbox {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Waits for the mail about a request whose name ends so.
    pub(super) async fn await_mail(&self, request: &str, notice: &str) -> anyhow::Result<(PathBuf, String)> {
        let begins = format!("{request}.{notice}@");
        let search = async {
            loop {
                if let Some(path) = find(&self.0, &begins) {
                    return path;
                }
                tokio::time::sleep(POLL).await;
            }
        };
        let path = tokio::time::timeout(PATIENCE, search)
            .await
            .with_context(|| format!("no mail {begins}… came into {}", self.0.display()))?;
        let mail = std::fs::read_to_string(&path)?;
        let subject =
            mail.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or("(none)").to_owned();
        Ok((path, subject))
    }
}

fn find(folder: &Path, begins: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let named =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begins));
    entries.filter_map(|entry| Some(entry.ok()?.path())).find(named)
}
