//! The real program as a process: what a user, an operator and a power cut do to it.

mod audit;
mod crash;
mod demo;
mod keys;
mod outage;
mod restore;
mod roles;
mod shutdown;
mod start;
mod traces;
mod vault;
