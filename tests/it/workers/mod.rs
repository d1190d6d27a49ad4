//! Privacy requests carried from receipt to close, on real PostgreSQL and real NATS.

mod keys;
mod mail;
mod nats_access;
mod pipeline;
mod post;
mod pruning;
mod steps;
mod timers;
mod unaided;
mod verification;
