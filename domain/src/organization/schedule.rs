//! What time alone brings about for an organization.

use chrono::{DateTime, Utc};

use super::Organization;
use crate::InvitationId;

/// The invitations that are open, and when each expires.
pub fn schedule(organization: &Organization) -> Vec<(DateTime<Utc>, InvitationId)> {
    let Ok(body) = organization.body() else { return Vec::new() };
    body.invitations.iter().map(|(id, invitation)| (invitation.expires_at, *id)).collect()
}
