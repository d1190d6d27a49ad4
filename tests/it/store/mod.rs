//! The event store on real PostgreSQL.

mod append;
mod cohorts;
mod cut;
mod erasure;
mod idempotency;
mod ledger;
mod order;
mod proof;
mod rotation;
mod sealing;
mod snapshots;
mod transit;
mod usage;
