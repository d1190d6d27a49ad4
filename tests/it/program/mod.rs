//! The real program as a process: what a user, an operator and a power cut do to it.

mod audit;
mod bench;
mod crash;
mod demo;
mod keys;
mod mails;
mod order;
mod outage;
mod projections;
mod proof;
mod restore;
mod roles;
mod shutdown;
mod start;
mod traces;
mod vault;
