//! The demonstration: made-up people, and the main job walked through over HTTP, step by step, each
//! with what was seen. It speaks to the service as any client would; only the mail directory is
//! looked into directly.

mod addresses;
mod archive;
mod client;
mod mailbox;
mod people;
mod person;
mod walk;

pub use walk::Walk;
