//! Which wishes a project grants.

use chrono::{DateTime, Duration, Utc};

use super::{
    MemberActor, PreviousEnd, Project, ProjectAction, ProjectCommand, ProjectError, ProjectEvent,
    ProjectState,
};
use crate::CredentialId;
use crate::actor::Actor;

/// How long earlier credentials can be kept alive at most, in hours: a week.
pub const LONGEST_OVERLAP_HOURS: u32 = 168;

type Decision = Result<Vec<ProjectEvent>, ProjectError>;

fn one(event: ProjectEvent) -> Decision {
    Ok(vec![event])
}

impl Project {
    pub(super) fn decide(&self, command: ProjectCommand, now: DateTime<Utc>) -> Decision {
        let ProjectCommand { by, action } = command;
        match action {
            ProjectAction::Create {
                project_id,
                organization_id,
                name,
                token,
                credential_id,
                fingerprint,
            } => {
                if self.body.is_some() {
                    return Err(ProjectError::AlreadyCreated);
                }
                by.creates()?;
                let created = ProjectEvent::Created {
                    project_id,
                    organization_id,
                    name,
                    token,
                    credential_id,
                    fingerprint,
                };
                // The member who creates a project is named as an owner of it.
                let owner = by.by.account().zip(by.member).map(|(account_id, member)| {
                    ProjectEvent::OwnerAdded { account_id, membership_id: member.membership_id }
                });
                Ok([created].into_iter().chain(owner).collect())
            }
            action => self.body()?.decide(by, action, now),
        }
    }
}

impl MemberActor {
    fn creates(&self) -> Result<(), ProjectError> {
        match (self.by, self.role()) {
            (Actor::Account(_), None) => Err(ProjectError::Unknown),
            (Actor::Account(_), Some(role)) if !role.manages() => Err(ProjectError::Forbidden),
            _ => Ok(()),
        }
    }
}

impl ProjectState {
    fn decide(&self, by: MemberActor, action: ProjectAction, now: DateTime<Utc>) -> Decision {
        use ProjectAction as W;
        use ProjectEvent as E;
        match action {
            W::Create { .. } => Ok(Vec::new()),
            W::Rename { name } => {
                self.owner_or_operator(&by)?;
                if name == self.name { Ok(Vec::new()) } else { one(E::Renamed { name }) }
            }
            W::AddOwner { account_id, membership_id } => {
                self.owner_or_operator(&by)?;
                let known = self.owners.get(&account_id) == Some(&membership_id);
                if known { Ok(Vec::new()) } else { one(E::OwnerAdded { account_id, membership_id }) }
            }
            W::RemoveOwner { account_id } => {
                self.owner_or_operator(&by)?;
                let known = self.owners.contains_key(&account_id);
                if known { one(E::OwnerRemoved { account_id }) } else { Err(ProjectError::NotOwner) }
            }
            W::RevealSecret => {
                self.owner_only(&by)?;
                let held = self.credentials.as_ref().ok_or(ProjectError::NoCredentials)?;
                one(E::CredentialsRevealed { credential_id: held.credential_id })
            }
            W::ResetCredentials { credential_id, fingerprint, keep_previous_hours } => {
                self.owner_only(&by)?;
                self.reset(credential_id, fingerprint, keep_previous_hours, now)
            }
            W::RetirePrevious => {
                self.owner_only(&by)?;
                if self.previous.is_none() {
                    return Err(ProjectError::NoPrevious);
                }
                Ok(self.end_previous(PreviousEnd::Retired, now))
            }
            W::EndOverlap => Ok(match self.previous {
                Some(previous) if now >= previous.ends_at => self.end_previous(PreviousEnd::OverlapOver, now),
                _ => Vec::new(),
            }),
            W::RevokeCredentials { credential_id } => {
                self.owner_or_operator(&by)?;
                self.revoke(credential_id)
            }
        }
    }

    /// Refuses accounts that are no owner. Operators provision projects, and may do what does not touch secrets.
    fn owner_or_operator(&self, by: &MemberActor) -> Result<(), ProjectError> {
        if by.by.account().is_none() { Ok(()) } else { self.owner_only(by) }
    }

    /// Owners alone: of the organization, or named for this project in the same membership.
    fn owner_only(&self, by: &MemberActor) -> Result<(), ProjectError> {
        match (by.by, by.member) {
            (Actor::Account(_), None) => Err(ProjectError::Unknown),
            _ if self.is_owned_by(by) => Ok(()),
            _ => Err(ProjectError::Forbidden),
        }
    }

    /// Credentials that were kept alive from an earlier reset die at once: there are never more than two pairs.
    fn reset(
        &self,
        credential_id: CredentialId,
        fingerprint: String,
        hours: u32,
        now: DateTime<Utc>,
    ) -> Decision {
        if hours > LONGEST_OVERLAP_HOURS {
            return Err(ProjectError::Overlap);
        }
        let mut events = self.end_previous(PreviousEnd::ResetAgain, now);
        let previous = self.credentials.as_ref().map(|held| held.credential_id);
        let kept = previous.is_some() && hours > 0;
        events.push(ProjectEvent::CredentialsReset {
            credential_id,
            fingerprint,
            previous,
            previous_ends_at: kept.then(|| now + Duration::hours(i64::from(hours))),
        });
        Ok(events)
    }

    fn end_previous(&self, reason: PreviousEnd, now: DateTime<Utc>) -> Vec<ProjectEvent> {
        let end = |previous: super::Previous| ProjectEvent::PreviousCredentialsEnded {
            credential_id: previous.credential_id,
            // An actor who comes after their time was over has not ended them.
            reason: if now >= previous.ends_at { PreviousEnd::OverlapOver } else { reason },
            // They died when their time was over, whenever this is told.
            ended_at: now.min(previous.ends_at),
        };
        self.previous.map(end).into_iter().collect()
    }

    fn revoke(&self, credential_id: CredentialId) -> Decision {
        let held = self.credentials.as_ref().map(|held| held.credential_id);
        let previous = self.previous.map(|held| held.credential_id);
        if [held, previous].contains(&Some(credential_id)) {
            one(ProjectEvent::CredentialsRevoked { credential_id })
        } else {
            Err(ProjectError::NoCredentials)
        }
    }
}
