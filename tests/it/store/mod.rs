//! The event store on real PostgreSQL.

mod append;
mod authentication;
mod cohorts;
mod cut;
mod endings;
mod erasure;
mod framework;
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
