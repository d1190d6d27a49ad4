//! `audit verify` of a whole log with a signed checkpoint.

use std::sync::Arc;

use anyhow::ensure;
use event_store::proof::CheckpointSigner;
use event_store::proof::verify::Verification;
use sealed_objects::SealedObjectStore;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::Effort;
use crate::long::LongLog;
use crate::memory::Memory;
use crate::report::Report;
use crate::rounds::seconds;

pub(crate) async fn measure(log: &LongLog, effort: Effort, report: &mut Report<'_>) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let key = event_store::proof::read_or_make_signing_key(&folder.path().join("signing.key"))?;
    let url = Url::from_directory_path(folder.path()).ok();
    let objects = SealedObjectStore::open(&url.ok_or(anyhow::anyhow!("no folder for the checkpoints"))?)?;
    let verification = Verification {
        pool: log.store.pool().clone(),
        keys: vec![key.public().clone()],
        objects: Some(objects.clone()),
        kept: None,
        only_since: false,
        most_streams: None,
        progress: Arc::new(|_| {}),
        stop: CancellationToken::new(),
    };
    let signer = CheckpointSigner::new(key, objects, log.store.services().clone());
    let signed = seconds(async {
        signer.sign_newest(&mut *log.store.pool().acquire().await?).await?;
        Ok(())
    });
    let signed = [log.per_second(signed.await?)];

    let (mut verified, mut copied, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.long_rounds {
        let memory = Memory::watch();
        verified.push(log.per_second(seconds(verify(&verification, log.events)).await?));
        peaks.extend(memory.peak());
        copied.push(log.per_second(log.copy_out().await?));
    }
    let events = log.events;
    let floor = "(floor: ordered COPY out)";
    report.beside(format!("verify: first checkpoint of {events} events {floor}"), "/s", &signed, &copied);
    report.beside(format!("verify: {events} events {floor}"), "/s", &verified, &copied);
    report.memory(format!("verify: {events} events, memory over idle"), &peaks);
    Ok(())
}

async fn verify(verification: &Verification, events: u64) -> anyhow::Result<()> {
    let verified = verification.run().await?;
    ensure!(verified.findings.count() == 0, "a log that nobody changed does not verify");
    ensure!(verified.checked.events == events, "not every event was verified");
    Ok(())
}
