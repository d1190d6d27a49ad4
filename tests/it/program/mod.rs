//! The real program as a process: what a user, an operator and a power cut do to it.

mod attack;
mod audit;
mod bench;
mod connections;
mod crash;
mod demo;
mod keys;
mod locked;
mod mails;
mod order;
mod outage;
mod personal_data;
mod pooler;
mod projections;
mod proof;
mod races;
mod read_only;
mod restore;
mod roles;
mod sense;
// A release has no points to die at.
#[cfg(debug_assertions)]
mod settings_crash;
mod shutdown;
mod start;
mod swarm;
mod traces;
mod vault;
