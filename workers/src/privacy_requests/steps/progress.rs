//! Progress reports of a source, while it is at work.

use std::time::Duration;

use domain::privacy_request::{PrivacyRequestCommand, Request, SourceName};

use super::record;
use crate::heartbeat::with_heartbeat;
use crate::privacy_requests::context::WorkerContext;
use crate::privacy_requests::sources::Progress;

/// How often progress is recorded: each report is an event, kept for ever.
const REPORT_INTERVAL: Duration = Duration::from_secs(30);

/// Runs a source's `work`, and records its progress at intervals. A report that cannot be recorded is left out.
pub(super) async fn with_progress_reports<T>(
    ctx: &WorkerContext,
    request: &Request,
    source: &SourceName,
    progress: &Progress,
    work: impl Future<Output = T> + Send,
) -> T {
    with_heartbeat(Box::pin(work), REPORT_INTERVAL, || async {
        let command =
            PrivacyRequestCommand::RecordProgress { source: source.clone(), records: progress.records() };
        if let Err(error) = record(ctx, request, command).await {
            let error = &error as &dyn std::error::Error;
            tracing::debug!(request = %request.request_id, %source, error, "recording progress failed");
        }
    })
    .await
}
