//! `audit checkpoint` and `audit public-key`: what is stated about the log, and what it is checked with.

use std::path::Path;

use anyhow::{Context, ensure};
use event_store::proof::{self, CheckpointSigner, VerifierKey};

use crate::cli::{CheckpointOptions, SigningKeyOptions};
use crate::composition::{Auditor, signing_key_file};
use crate::logging::say;
use crate::system;

pub(super) async fn run(options: &CheckpointOptions) -> anyhow::Result<()> {
    let auditor = Auditor::open(&options.auditor).await?;
    let printed = print(&auditor, options).await;
    auditor.close().await;
    printed
}

async fn print(auditor: &Auditor, options: &CheckpointOptions) -> anyhow::Result<()> {
    // Not from the pool and back: what fails in the middle must not be used again.
    let mut db = auditor.pool.acquire().await?.detach();
    let file = signing_key_file(&options.auditor.signing);
    if let (Some(objects), true) = (&auditor.objects, file.exists()) {
        let signer = CheckpointSigner::new(
            event_store::proof::read_signing_key(&file)?,
            objects.clone(),
            system::services(),
        );
        if options.rebuild {
            signer.rebuild(&mut db).await?;
        }
        signer.sign_newest(&mut db).await?;
    } else {
        ensure!(
            !options.rebuild,
            "--rebuild needs the signing key and the object store: give --signing-key-file and --archives"
        );
        tracing::warn!(
            "no new checkpoint: the signing key or the object store is not configured here; this is the newest stored one"
        );
    }
    let note = proof::newest_note(&mut db).await?;
    let note =
        note.context("no checkpoint was signed yet, and the signing key or the object store is not here")?;
    say(note.trim_end_matches('\n'));
    Ok(())
}

pub(super) fn print_public_key(options: &SigningKeyOptions) -> anyhow::Result<()> {
    say(event_store::proof::read_signing_key(&signing_key_file(options))?.public().to_string());
    Ok(())
}

/// The public keys in a file.
pub(super) fn read_keys(path: &Path) -> anyhow::Result<Vec<VerifierKey>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    VerifierKey::read_all(&text).with_context(|| format!("{} holds no public key", path.display()))
}
