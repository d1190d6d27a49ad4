//! What messages to people say, as facts: the words are made where messages are sent.
//!
//! Some hold what must not be known to others (a code, the token of a link). They are no part of an event: they wait
//! sealed in the records until they are sent, and are deleted then. `Debug` shows nothing of them.

mod body;
mod tells;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use body::MessageBody;

use crate::organization::Role;
use crate::{AccountId, EmailAddress, PhoneNumber, ProjectId};

/// A message: to whom, and what it says.
#[derive(Clone, Serialize, Deserialize)]
pub struct MessageContent {
    /// To whom.
    pub to: Recipient,
    /// What it says.
    pub says: MessageBody,
}

/// To whom a message goes.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// To the address that the account has when it is sent.
    Holder,
    /// To this address, and a name to greet with.
    Address {
        /// The address.
        email: EmailAddress,
        /// The name.
        name: Option<String>,
    },
    /// To this phone.
    Phone(PhoneNumber),
}

/// A project, as it is told of.
#[derive(Clone, Serialize, Deserialize)]
pub struct NamedProject {
    /// Its id.
    pub project_id: ProjectId,
    /// Its name.
    pub name: String,
}

/// What a code is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeFor {
    /// Signing in.
    SignIn,
    /// Confirming something in a running session.
    Reauthentication,
    /// Verifying a new phone number.
    NewPhone,
}

/// What changed about who may do what in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamChange {
    /// An address was invited.
    Invited {
        /// Into which role.
        role: Role,
    },
    /// A member joined.
    Joined {
        /// In which role.
        role: Role,
    },
    /// A member has another role.
    RoleChanged {
        /// The one from before.
        from: Role,
        /// The one that holds.
        to: Role,
    },
    /// A member was removed, or left.
    Left {
        /// The role that ended.
        role: Role,
    },
}

/// How a change among the owners of a project concerns the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnersChange {
    /// It is the reader who is named as an owner.
    ReaderNamed,
    /// It is the reader who is not any more.
    ReaderRemoved,
    /// A member is named as an owner.
    Named(AccountId),
    /// A member is not any more.
    Removed(AccountId),
}

/// A link that takes back what a message tells of.
#[derive(Clone, Serialize, Deserialize)]
pub struct UndoLink {
    /// The token of the link.
    pub token: String,
    /// Until when it works.
    pub until: DateTime<Utc>,
}

impl std::fmt::Debug for MessageContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MessageContent(…)")
    }
}
