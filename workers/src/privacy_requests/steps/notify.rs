//! Telling the person by mail.
//!
//! A notice is queued with the event that brings it about. This step makes sure of it, for notices that time brings about
//! and those of requests that an earlier release recorded. The message dispatcher sends it, and no job waits for that.

use domain::privacy_request::{Notice, Request};
use event_store::records::outbox;

use crate::privacy_requests::context::WorkerContext;
use crate::privacy_requests::error::JobError;

/// Queues a notice unless it is queued. One that has gone out meanwhile is not sent again: the dispatcher finds that.
pub(super) async fn queue(ctx: &WorkerContext, request: &Request, notice: Notice) -> Result<(), JobError> {
    Ok(outbox::notify(ctx.store.records(), request.request_id, notice).await?)
}
