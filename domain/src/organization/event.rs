//! What happened to an organization. Stored for ever: types are never renamed, fields never change their
//! meaning.

// A new event must be thought of here: the compiler says so.
#![warn(clippy::wildcard_enum_match_arm)]

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::Role;
use crate::authentication::Ending;
use crate::sentence::{Sentence, date, quoted};
use crate::{AccountId, Effects, InvitationId, MembershipId, OrganizationId, TimerChange, Timers};

/// Why an invitation ended without anybody joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationEnd {
    /// It was taken back.
    Revoked,
    /// The invited person declined.
    Declined,
    /// The sender may no longer give the role: removed, left, or of a lesser role.
    SenderWithoutRight,
    /// Its time was over.
    Expired,
}

impl InvitationEnd {
    /// Whether a member ends it.
    pub(super) fn is_of_member(self) -> bool {
        match self {
            Self::Revoked => true,
            Self::Declined | Self::SenderWithoutRight | Self::Expired => false,
        }
    }
}

/// Why a membership ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembershipEnd {
    /// The member left.
    Left,
    /// Another actor ended it.
    Removed,
    /// The account ended.
    AccountDeleted,
}

/// Something that happened to an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum OrganizationEvent {
    /// It was created.
    Created {
        /// Its id.
        organization_id: OrganizationId,
        /// Its name.
        name: String,
    },
    /// It has another name.
    Renamed {
        /// Its name.
        name: String,
    },
    /// A second factor is demanded of its members, or no longer.
    SecondFactorDemandChanged {
        /// Whether it is demanded.
        demanded: bool,
    },
    /// A person was invited, whose address the records keep until the invitation ends.
    MemberInvited {
        /// The invitation.
        invitation_id: InvitationId,
        /// The role to come.
        role: Role,
        /// Until when it can be accepted.
        expires_at: DateTime<Utc>,
        /// The inviter; none where an earlier release did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invited_by: Option<AccountId>,
    },
    /// An invitation ended without anybody joining.
    InvitationEnded {
        /// Which.
        invitation_id: InvitationId,
        /// Why.
        reason: InvitationEnd,
    },
    /// An account became a member.
    MemberJoined {
        /// Which account.
        account_id: AccountId,
        /// The membership that began.
        membership_id: MembershipId,
        /// Its role.
        role: Role,
        /// The invitation that was accepted, if there was one.
        invitation_id: Option<InvitationId>,
    },
    /// A member has another role.
    MemberRoleChanged {
        /// Which member.
        account_id: AccountId,
        /// The role it had.
        from: Role,
        /// The role it has.
        to: Role,
        /// The membership that begins with a lesser role: what was given for the one before ends with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        membership_id: Option<MembershipId>,
    },
    /// A membership ended.
    MemberLeft {
        /// Whose.
        account_id: AccountId,
        /// Why.
        reason: MembershipEnd,
    },
    /// It ended: no member was left.
    Closed {},
}

impl DomainEvent for OrganizationEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Created { .. } => "organization.created",
            Self::Renamed { .. } => "organization.renamed",
            Self::SecondFactorDemandChanged { .. } => "organization.second_factor_demand_changed",
            Self::MemberInvited { .. } => "organization.member_invited",
            Self::InvitationEnded { .. } => "organization.invitation_ended",
            Self::MemberJoined { .. } => "organization.member_joined",
            Self::MemberRoleChanged { .. } => "organization.member_role_changed",
            Self::MemberLeft { .. } => "organization.member_left",
            Self::Closed {} => "organization.closed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Effects for OrganizationEvent {
    fn endings(&self) -> Vec<Ending> {
        match self {
            Self::InvitationEnded { invitation_id, .. } => vec![Ending::Invitation(*invitation_id)],
            Self::Created { .. }
            | Self::Renamed { .. }
            | Self::SecondFactorDemandChanged { .. }
            | Self::MemberInvited { .. }
            | Self::MemberJoined { .. }
            | Self::MemberRoleChanged { .. }
            | Self::MemberLeft { .. }
            | Self::Closed {} => Vec::new(),
        }
    }
}

impl Timers for OrganizationEvent {
    fn timers(&self) -> Vec<TimerChange> {
        match self {
            Self::MemberInvited { invitation_id, expires_at, .. } => {
                vec![TimerChange::set(invitation_id.to_string(), *expires_at)]
            }
            Self::InvitationEnded { invitation_id, .. }
            | Self::MemberJoined { invitation_id: Some(invitation_id), .. } => {
                vec![TimerChange::clear(invitation_id.to_string())]
            }
            Self::Closed {} => vec![TimerChange::ClearAll],
            Self::Created { .. }
            | Self::Renamed { .. }
            | Self::SecondFactorDemandChanged { .. }
            | Self::MemberJoined { .. }
            | Self::MemberRoleChanged { .. }
            | Self::MemberLeft { .. } => Vec::new(),
        }
    }
}

impl OrganizationEvent {
    /// The account that an event is about, besides the actor that brought it about.
    pub fn concerns(&self) -> Option<AccountId> {
        match self {
            Self::MemberJoined { account_id, .. }
            | Self::MemberRoleChanged { account_id, .. }
            | Self::MemberLeft { account_id, .. } => Some(*account_id),
            Self::Created { .. }
            | Self::Renamed { .. }
            | Self::SecondFactorDemandChanged { .. }
            | Self::MemberInvited { .. }
            | Self::InvitationEnded { .. }
            | Self::Closed {} => None,
        }
    }
}

impl Sentence for OrganizationEvent {
    fn sentence(&self) -> String {
        match self {
            Self::Created { name, .. } => format!("The organization {} was created", quoted(name)),
            Self::Renamed { name } => format!("The organization was renamed to {}", quoted(name)),
            Self::SecondFactorDemandChanged { demanded: true } => {
                "The organization demands a second factor of its members".to_owned()
            }
            Self::SecondFactorDemandChanged { demanded: false } => {
                "The organization no longer demands a second factor of its members".to_owned()
            }
            Self::MemberInvited { role, expires_at, invited_by, .. } => {
                let by = if invited_by.is_some() { " by a member" } else { "" };
                let until = date(*expires_at);
                format!("Somebody was invited into the organization{by} as {role}, until {until}")
            }
            Self::InvitationEnded { reason, .. } => match reason {
                InvitationEnd::Revoked => "An invitation into the organization was taken back".to_owned(),
                InvitationEnd::Declined => "An invitation into the organization was declined".to_owned(),
                InvitationEnd::Expired => "An invitation into the organization expired".to_owned(),
                InvitationEnd::SenderWithoutRight => {
                    "An invitation into the organization ended: its sender may no longer give the role"
                        .to_owned()
                }
            },
            Self::MemberJoined { role, invitation_id, .. } => {
                let how = if invitation_id.is_some() { "by invitation, " } else { "" };
                format!("An account joined the organization {how}as {role}")
            }
            Self::MemberRoleChanged { from, to, membership_id, .. } => {
                let lost =
                    if membership_id.is_some() { "; being named as an owner of projects ended" } else { "" };
                format!("The role of a member of the organization was changed from {from} to {to}{lost}")
            }
            Self::MemberLeft { reason, .. } => match reason {
                MembershipEnd::Left => "A member left the organization".to_owned(),
                MembershipEnd::Removed => "A member was removed from the organization".to_owned(),
                MembershipEnd::AccountDeleted => {
                    "A member left the organization because the account was deleted".to_owned()
                }
            },
            Self::Closed {} => "The organization was closed, because its only member left".to_owned(),
        }
    }
}
