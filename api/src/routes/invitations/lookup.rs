//! The invitation that a link opens.

use chrono::{DateTime, Utc};
use domain::organization::{Organization, Role};
use domain::{EmailAddress, InvitationId, OrganizationId};
use event_store::vault::invitation;

use crate::extract::{LinkToken, RequestContext};
use crate::limits;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// An invitation that can be accepted.
pub(super) struct Open {
    pub(super) id: InvitationId,
    pub(super) organization: OrganizationId,
    /// The name of the organization.
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) email: EmailAddress,
    pub(super) expires_at: DateTime<Utc>,
}

/// The invitation that `token` opens now. A token that opens nothing counts as a guess.
pub(super) async fn open(
    state: &AppState,
    token: &LinkToken,
    context: &RequestContext,
) -> Result<Open, Problem> {
    let network = context.network();
    state.limit(limits::TRIES_OF_ADDRESS, &network).await?;
    let dead = || Problem::new(Kind::LinkDead);
    let now = state.store.services().now();
    let found = invitation::find(&state.store, &token.hash(), now).await?.ok_or_else(dead)?;
    state.was_right(limits::TRIES_OF_ADDRESS, &network).await?;
    let (organization, _) = state.store.load::<Organization>(&found.organization.to_string()).await?;
    let body = organization.body().map_err(|_| dead())?;
    let role = body.invitations.get(&found.id).ok_or_else(dead)?.role;
    Ok(Open {
        id: found.id,
        organization: found.organization,
        name: body.name.clone(),
        role,
        email: found.email,
        expires_at: found.expires_at,
    })
}
