//! Privacy requests carried from receipt to close, on real PostgreSQL and real NATS.

mod mail;
mod pipeline;
mod steps;
