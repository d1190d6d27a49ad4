//! What usage is collected in, and the credentials with which it is read.
//!
//! An owner of a project is a member of its organization who is named as one, or any owner of the organization.
//! Being named ends with the membership in the organization in which it was done: an account that leaves and comes
//! back is named no longer.

mod command;
mod decide;
mod error;
mod event;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

pub use command::{MemberActor, ProjectAction, ProjectCommand};
pub use decide::LONGEST_OVERLAP_HOURS;
pub use error::ProjectError;
pub use event::{PreviousEnd, ProjectEvent};

use crate::aggregate::handle_by_deciding;
use crate::organization::Role;
use crate::{AccountId, CredentialId, MembershipId, OrganizationId, ProjectId, Snapshot};

/// The aggregate: nothing before its creation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The project, once created.
    pub body: Option<ProjectState>,
}

/// A created project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectState {
    /// Its id.
    pub project_id: ProjectId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Its name.
    pub name: String,
    /// The public token that lets usage in.
    pub token: String,
    /// The accounts named as owners, each with its membership then.
    pub owners: BTreeMap<AccountId, MembershipId>,
    /// The credentials that hold.
    pub credentials: Option<Credentials>,
    /// Earlier ones that are still alive.
    pub previous: Option<Previous>,
}

/// Credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Their id.
    pub credential_id: CredentialId,
    /// What they can be recognised by.
    pub fingerprint: String,
}

/// Earlier credentials that are kept alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Their id.
    pub credential_id: CredentialId,
    /// Until when they work.
    pub ends_at: DateTime<Utc>,
}

impl Project {
    /// The project.
    ///
    /// # Errors
    /// When there is none.
    pub fn body(&self) -> Result<&ProjectState, ProjectError> {
        self.body.as_ref().ok_or(ProjectError::Unknown)
    }

    /// When the next thing happens to it by itself: the end of an overlap.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        self.body.as_ref()?.previous.map(|previous| previous.ends_at)
    }
}

impl ProjectState {
    /// Whether an actor with this membership in the organization is an owner.
    pub fn is_owned_by(&self, actor: &MemberActor) -> bool {
        let (Some(account), Some(member)) = (actor.by.account(), actor.member) else { return false };
        member.role == Role::Owner || self.owners.get(&account) == Some(&member.membership_id)
    }

    #[warn(clippy::wildcard_enum_match_arm)]
    fn fold(&mut self, event: ProjectEvent) {
        use ProjectEvent as E;
        match event {
            E::Renamed { name } => self.name = name,
            E::OwnerAdded { account_id, membership_id } => {
                self.owners.insert(account_id, membership_id);
            }
            E::OwnerRemoved { account_id } => drop(self.owners.remove(&account_id)),
            E::CredentialsReset { credential_id, fingerprint, previous, previous_ends_at } => {
                self.credentials = Some(Credentials { credential_id, fingerprint });
                self.previous = previous
                    .zip(previous_ends_at)
                    .map(|(credential_id, ends_at)| Previous { credential_id, ends_at });
            }
            E::PreviousCredentialsEnded { .. } => self.previous = None,
            E::CredentialsRevoked { credential_id } => {
                self.credentials = self.credentials.take().filter(|held| held.credential_id != credential_id);
                self.previous = self.previous.filter(|held| held.credential_id != credential_id);
            }
            E::Created { .. } | E::CredentialsRevealed { .. } => {}
        }
    }
}

// What an actor may do is said by its organization: it is no `Standalone`.
impl Snapshot for Project {
    const SCHEMA_VERSION: i32 = 1;
}

impl Aggregate for Project {
    const TYPE: &'static str = "project";
    handle_by_deciding!(ProjectCommand, ProjectEvent, ProjectError);

    fn apply(&mut self, event: ProjectEvent) {
        match event {
            ProjectEvent::Created {
                project_id,
                organization_id,
                name,
                token,
                credential_id,
                fingerprint,
            } => {
                self.body = Some(ProjectState {
                    project_id,
                    organization_id,
                    name,
                    token,
                    owners: BTreeMap::new(),
                    credentials: Some(Credentials { credential_id, fingerprint }),
                    previous: None,
                });
            }
            event => {
                if let Some(body) = &mut self.body {
                    body.fold(event);
                }
            }
        }
    }
}
