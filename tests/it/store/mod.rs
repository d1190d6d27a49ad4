//! The event store on real PostgreSQL.

mod append;
mod cut;
mod erasure;
mod order;
mod proof;
mod usage;
