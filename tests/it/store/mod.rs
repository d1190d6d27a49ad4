//! The event store on real PostgreSQL.

mod append;
mod cut;
mod erasure;
mod ledger;
mod order;
mod rotation;
mod sealing;
mod transit;
mod usage;
