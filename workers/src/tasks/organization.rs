//! What time brings about for an organization: invitations expire.

use domain::By;
use domain::organization::{InvitationEnd, Organization, OrganizationCommand, OrganizationWish, agenda};
use event_store::vault::VaultWrite;
use event_store::{Attached, CommandContext};

use super::TaskError;
use crate::workbench::Workbench;

pub(super) async fn attend(bench: &Workbench, id: &str) -> Result<(), TaskError> {
    let (organization, _) = bench.store.load::<Organization>(id).await?;
    let now = bench.store.services().now();
    for (_, invitation_id) in agenda(&organization).into_iter().filter(|(at, _)| *at <= now) {
        let wish = OrganizationWish::EndInvitation { invitation_id, reason: InvitationEnd::Expired };
        let command = OrganizationCommand { by: By::Service, wish };
        let context = CommandContext::service(invitation_id.uuid());
        let work = bench.store.together(&context, async |mut unit| {
            unit.execute::<Organization>(id, command.clone()).await?;
            // With it goes the address of who was invited.
            let vault = vec![VaultWrite::ForgetInvitation(invitation_id)];
            Ok::<_, TaskError>((unit, Attached { vault, ..Attached::default() }, ()))
        });
        work.await?;
    }
    Ok(())
}
