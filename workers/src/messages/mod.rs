//! Messages to people: how they are written, who brings them, and what becomes of each.

pub mod delivery;
mod drop_directory;
mod failure_scope;
pub mod mail;
pub mod phone;

pub use delivery::MessageDispatcher;
pub use drop_directory::{DropDirectories, DropDirectory, DroppedFile};
pub use failure_scope::FailureScope;
