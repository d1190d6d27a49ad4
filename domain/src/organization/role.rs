//! Roles in an organization, and what each may do.

use serde::{Deserialize, Serialize};

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees the organization, its members and its projects.
    Member,
    /// Also creates projects, renames, invites and removes, but no owners.
    Admin,
    /// All of it, and owns every project. There is always one.
    Owner,
}

impl Role {
    /// The name under which it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Whether it may rename, and create projects.
    pub fn manages(self) -> bool {
        self >= Self::Admin
    }

    /// Whether it may give, take and change memberships of role `other`.
    pub fn manages_role(self, other: Self) -> bool {
        self.manages() && self >= other
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        [Self::Member, Self::Admin, Self::Owner]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

/// A text that is no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `owner`, `admin` or `member`")]
pub struct UnknownRole;
