//! Typed identifiers.
//!
//! An id is a UUID version 7 (RFC 9562) in TypeID form: a prefix that says what it names, `_`, and
//! 26 characters of Crockford base32. Ids sort by the time they were made, a double click selects
//! one whole, and one kind can never be passed for another.

use serde::{Deserialize, Serialize};
use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

use crate::services::Services;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $prefix:literal) => {
        #[doc(hidden)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $kind;

        impl StaticType for $kind {
            const TYPE: &'static str = $prefix;
        }

        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(TypeSafeId<$kind>);

        impl $name {
            /// A new id, made now.
            pub fn generate(services: &Services) -> Self {
                Self::from_uuid(services.ids.uuid())
            }

            /// The id that wraps `uuid`.
            pub fn from_uuid(uuid: Uuid) -> Self {
                Self(TypeSafeId::from_uuid(uuid))
            }

            /// The UUID inside.
            pub fn uuid(&self) -> Uuid {
                self.0.uuid()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.parse().map(Self).map_err(|_| InvalidId { prefix: $prefix })
            }
        }
    };
}

id!(/// A person who signs in: `acc_…`.
    AccountId, AccountKind, "acc");
id!(/// An export or an erasure and all that happens to it: `req_…`.
    RequestId, RequestKind, "req");
id!(/// One event in the log: `evt_…`.
    EventId, EventKind, "evt");
id!(/// A signed-in session: `ses_…`.
    SessionId, SessionKind, "ses");
id!(/// Someone who runs the service: `opr_…`.
    OperatorId, OperatorKind, "opr");
id!(/// A company or a part of one, which owns projects: `org_…`.
    OrganizationId, OrganizationKind, "org");
id!(/// One membership of an account in an organization, from joining to leaving: `mem_…`.
    MembershipId, MembershipKind, "mem");
id!(/// An invitation into an organization: `inv_…`.
    InvitationId, InvitationKind, "inv");
id!(/// What usage is collected in: `prj_…`.
    ProjectId, ProjectKind, "prj");
id!(/// One issue of a credential, from its making to its end: `crd_…`.
    CredentialId, CredentialKind, "crd");
id!(/// A change of the sign-in address, from the wish to its end: `chg_…`.
    EmailChangeId, EmailChangeKind, "chg");
id!(/// A question that one code answers: `chl_…`.
    ChallengeId, ChallengeKind, "chl");
id!(/// A passkey of an account, from its adding to its end: `pky_…`.
    PasskeyId, PasskeyKind, "pky");
id!(/// A message to a person: `msg_…`.
    MessageId, MessageKind, "msg");

impl AccountId {
    /// The request on whose behalf all that is personal in the account is erased when the account has ended. There is no
    /// such request: its id alone is used.
    pub fn final_erasure(&self) -> RequestId {
        RequestId::from_uuid(self.uuid())
    }
}

/// A text that is no id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_ and 26 characters of lower-case base32")]
pub struct InvalidId {
    prefix: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_no_other_kind_does() {
        let id = AccountId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().starts_with("acc_"));
        assert!(id.to_string().parse::<RequestId>().is_err());
        assert!("acc_".parse::<AccountId>().is_err());
        assert!("acc_'; DROP TABLE events".parse::<AccountId>().is_err());
    }

    #[test]
    fn ids_sort_by_their_uuid() {
        let early = AccountId::from_uuid(Uuid::from_u128(1));
        let late = AccountId::from_uuid(Uuid::from_u128(2));
        assert!(early < late && early.to_string() < late.to_string());
    }
}
