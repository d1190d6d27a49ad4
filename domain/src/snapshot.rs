//! Aggregates written down as they stand, to save folding their whole history.

/// An aggregate whose folded state may be kept.
pub trait Snapshot: Clone + 'static {
    /// The version of its written form. To be raised whenever that form changes, or what an event does
    /// to it: snapshots of another version are ignored and written anew.
    const SCHEMA_VERSION: i32;
}

/// An aggregate that decides alone: its commands rest on nothing but itself, and no other command is decided by
/// having looked at it without changing it. So a command to it may be stored by itself. Commands to all others are
/// stored together with a guard over what they rest on.
pub trait Standalone: Snapshot {}
