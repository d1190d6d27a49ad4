//! What time brings about for an organization: invitations expire.

use domain::Actor;
use domain::organization::{InvitationEnd, Organization, OrganizationAction, OrganizationCommand, schedule};
use event_store::records::RecordWrite;
use event_store::{CommandContext, CommitExtras};

use super::TimerError;
use crate::privacy_requests::WorkerContext;

pub(super) async fn run_due(ctx: &WorkerContext, id: &str) -> Result<(), TimerError> {
    let (organization, _) = ctx.store.load::<Organization>(id).await?;
    let now = ctx.store.services().now();
    for (_, invitation_id) in schedule(&organization).into_iter().filter(|(at, _)| *at <= now) {
        let action = OrganizationAction::EndInvitation { invitation_id, reason: InvitationEnd::Expired };
        let command = OrganizationCommand { by: Actor::Service.into(), action };
        let context = CommandContext::service(invitation_id.uuid());
        let work = ctx.store.transact(&context, async |mut unit| {
            unit.execute::<Organization>(id, command.clone()).await?;
            // With it goes the address of the invited person.
            let records = vec![RecordWrite::ForgetInvitation(invitation_id)];
            Ok::<_, TimerError>((unit, CommitExtras { records, ..CommitExtras::default() }, ()))
        });
        work.await?;
    }
    Ok(())
}
