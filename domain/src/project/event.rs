//! What happened to a project. Stored for ever: types are never renamed, fields never change their meaning.

// A new event must be thought of here: the compiler says so.
#![warn(clippy::wildcard_enum_match_arm)]

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::sentence::{Sentence, instant, quoted};
use crate::{AccountId, CredentialId, Effects, MembershipId, OrganizationId, ProjectId, TimerChange, Timers};

/// Why earlier credentials died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviousEnd {
    /// The time they were kept for was over.
    OverlapOver,
    /// An owner ended it early.
    Retired,
    /// The credentials were reset once more.
    ResetAgain,
}

/// Something that happened to a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ProjectEvent {
    /// It was created, with its first credentials.
    Created {
        /// Its id.
        project_id: ProjectId,
        /// Whose it is.
        organization_id: OrganizationId,
        /// Its name.
        name: String,
        /// The public token that lets usage in.
        token: String,
        /// Its credentials.
        credential_id: CredentialId,
        /// What they can be recognised by without being known.
        fingerprint: String,
    },
    /// It has another name.
    Renamed {
        /// Its name.
        name: String,
    },
    /// A member of the organization was named as an owner.
    OwnerAdded {
        /// Who.
        account_id: AccountId,
        /// Their membership in the organization, with which this ends.
        membership_id: MembershipId,
    },
    /// An owner is named no longer.
    OwnerRemoved {
        /// Who.
        account_id: AccountId,
    },
    /// The secret was shown.
    CredentialsRevealed {
        /// Of which credentials.
        credential_id: CredentialId,
    },
    /// There are new credentials.
    CredentialsReset {
        /// Their id.
        credential_id: CredentialId,
        /// What they can be recognised by.
        fingerprint: String,
        /// The ones before, if there were any.
        previous: Option<CredentialId>,
        /// Until when those stay alive; none: they died at once.
        previous_ends_at: Option<DateTime<Utc>>,
    },
    /// Earlier credentials that were kept alive died.
    PreviousCredentialsEnded {
        /// Which.
        credential_id: CredentialId,
        /// Why.
        reason: PreviousEnd,
        /// When they died: the event may be stored later.
        ended_at: DateTime<Utc>,
    },
    /// Credentials died, with nothing in their place.
    CredentialsRevoked {
        /// Which.
        credential_id: CredentialId,
    },
}

impl DomainEvent for ProjectEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Created { .. } => "project.created",
            Self::Renamed { .. } => "project.renamed",
            Self::OwnerAdded { .. } => "project.owner_added",
            Self::OwnerRemoved { .. } => "project.owner_removed",
            Self::CredentialsRevealed { .. } => "project.credentials_revealed",
            Self::CredentialsReset { .. } => "project.credentials_reset",
            Self::PreviousCredentialsEnded { .. } => "project.previous_credentials_ended",
            Self::CredentialsRevoked { .. } => "project.credentials_revoked",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Effects for ProjectEvent {}

impl Timers for ProjectEvent {
    fn timers(&self) -> Vec<TimerChange> {
        match self {
            Self::CredentialsReset { previous: Some(previous), previous_ends_at: Some(at), .. } => {
                vec![TimerChange::set(previous.to_string(), *at)]
            }
            // Other credentials than the earlier ones may have been revoked: they have no timer.
            Self::PreviousCredentialsEnded { credential_id, .. }
            | Self::CredentialsRevoked { credential_id } => {
                vec![TimerChange::clear(credential_id.to_string())]
            }
            Self::Created { .. }
            | Self::Renamed { .. }
            | Self::OwnerAdded { .. }
            | Self::OwnerRemoved { .. }
            | Self::CredentialsRevealed { .. }
            | Self::CredentialsReset { .. } => Vec::new(),
        }
    }
}

impl ProjectEvent {
    /// The account that an event is about, besides the actor that brought it about.
    pub fn concerns(&self) -> Option<AccountId> {
        match self {
            Self::OwnerAdded { account_id, .. } | Self::OwnerRemoved { account_id } => Some(*account_id),
            Self::Created { .. }
            | Self::Renamed { .. }
            | Self::CredentialsRevealed { .. }
            | Self::CredentialsReset { .. }
            | Self::PreviousCredentialsEnded { .. }
            | Self::CredentialsRevoked { .. } => None,
        }
    }
}

impl Sentence for ProjectEvent {
    fn sentence(&self) -> String {
        match self {
            Self::Created { name, .. } => format!("The project {} was created", quoted(name)),
            Self::Renamed { name } => format!("The project was renamed to {}", quoted(name)),
            Self::OwnerAdded { .. } => "An account was named as an owner of the project".to_owned(),
            Self::OwnerRemoved { .. } => {
                "An account is no longer named as an owner of the project".to_owned()
            }
            Self::CredentialsRevealed { .. } => "The API secret of the project was shown".to_owned(),
            Self::CredentialsReset { previous: None, .. } => {
                "The project got a new API key and secret".to_owned()
            }
            Self::CredentialsReset { previous_ends_at: None, .. } => {
                "The API key and secret of the project were reset; the old ones no longer work".to_owned()
            }
            Self::CredentialsReset { previous_ends_at: Some(at), .. } => format!(
                "The API key and secret of the project were reset; the old ones work until {}",
                instant(*at)
            ),
            Self::PreviousCredentialsEnded { reason, ended_at, .. } => {
                let why = match reason {
                    PreviousEnd::OverlapOver => "their time was over",
                    PreviousEnd::Retired => "they were retired early",
                    PreviousEnd::ResetAgain => "the project was given new ones once more",
                };
                let at = instant(*ended_at);
                format!("The old API key and secret of the project stopped working on {at}: {why}")
            }
            Self::CredentialsRevoked { .. } => "An API key and secret of the project were revoked".to_owned(),
        }
    }
}
