//! The house as a whole, on real PostgreSQL and real NATS, and the real program as a process.
//!
//! One binary, because linking is slow; one module an area. The servers are started once for the
//! run, by the same module the program uses; every test has a database and NATS streams of its own.

// Clippy lets tests unwrap, but does not count what stands beside them in an integration test.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod architecture;
mod documents;
mod http;
mod program;
mod projections;
mod store;
mod support;
mod workers;
