//! The event store on real PostgreSQL.

mod append;
mod authentication;
mod cut;
mod endings;
mod erasure;
mod framework;
mod group_commit;
mod idempotency;
mod interleavings;
mod kept;
mod ledger;
mod order;
mod proof;
mod rest;
mod role;
mod rotation;
mod sealing;
mod snapshots;
mod together;
mod transit;
mod usage;
