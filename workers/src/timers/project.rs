//! What time brings about for a project: earlier credentials die when the time they were kept for is over.
//!
//! They stopped working at that very instant, which was written with them; here it is recorded.

use domain::Actor;
use domain::project::{MemberActor, Project, ProjectAction, ProjectCommand};
use event_store::records::RecordWrite;
use event_store::records::credential::CredentialEnd;
use event_store::{CommandContext, CommitExtras};

use super::TimerError;
use crate::privacy_requests::WorkerContext;

pub(super) async fn run_due(ctx: &WorkerContext, id: &str) -> Result<(), TimerError> {
    let (project, _) = ctx.store.load::<Project>(id).await?;
    let now = ctx.store.services().now();
    let previous = project.body.as_ref().and_then(|body| body.previous);
    let Some(previous) = previous.filter(|previous| previous.ends_at <= now) else { return Ok(()) };
    let end = RecordWrite::EndCredential {
        id: previous.credential_id,
        at: previous.ends_at,
        end: CredentialEnd::Retired,
    };
    let command =
        ProjectCommand { by: MemberActor::outside(Actor::Service), action: ProjectAction::EndOverlap };
    let context = CommandContext::service(previous.credential_id.uuid());
    let work = ctx.store.transact(&context, async |mut unit| {
        unit.execute::<Project>(id, command.clone()).await?;
        Ok::<_, TimerError>((
            unit,
            CommitExtras { records: vec![end.clone()], ..CommitExtras::default() },
            (),
        ))
    });
    work.await?;
    Ok(())
}
