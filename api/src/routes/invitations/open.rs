//! The invitation that a link opens.

use chrono::{DateTime, Utc};
use domain::organization::{Organization, Role};
use domain::{EmailAddress, InvitationId, OrganizationId};
use event_store::records::invitation;

use crate::extract::RequestContext;
use crate::links::LinkToken;
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

impl Open {
    /// The invitation that `token` opens now.
    pub(super) async fn by(
        state: &AppState,
        token: &LinkToken,
        context: &RequestContext,
    ) -> Result<Self, Problem> {
        let find = async |hash: Vec<u8>, now| invitation::find(state.store.records(), &hash, now).await;
        let found = state.open_with(token, context, find).await?;
        let (organization, _) = state.store.load::<Organization>(&found.organization.to_string()).await?;
        let dead = || Problem::new(Kind::LinkDead);
        let body = organization.body().map_err(|_| dead())?;
        let role = body.invitations.get(&found.id).ok_or_else(dead)?.role;
        Ok(Self {
            id: found.id,
            organization: found.organization,
            name: body.name.clone(),
            role,
            email: found.email,
            expires_at: found.expires_at,
        })
    }
}
