//! Privacy requests carried from receipt to close, on real PostgreSQL and real NATS.

mod keys;
mod mail;
mod pipeline;
mod pruning;
mod steps;
