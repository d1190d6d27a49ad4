//! The event store on real PostgreSQL.

mod append;
mod cohorts;
mod cut;
mod erasure;
mod order;
mod proof;
mod snapshots;
mod usage;
