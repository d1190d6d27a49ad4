//! The event store on real PostgreSQL.

mod append;
mod erasure;
mod order;
mod usage;
