//! The HTTP interface, asked over the wire: a real program on a real PostgreSQL and NATS.
//!
//! Each test has a program and a database of its own, and ends with [`Service::unharmed`]: whatever was
//! sent, nothing failed on our side.

mod answer;
mod archive;
mod at_once;
mod auditors;
mod authorization;
mod bad_input;
mod bad_requests;
mod cookies;
mod found;
mod headers;
mod history;
mod idempotency;
mod own_writes;
mod privacy_requests;
mod problems;
mod routes;
mod service;
mod sessions;
mod sign_in;
mod sudo;
mod track;
mod track_limits;

use answer::{Answer, send};
use routes::routes;
use service::Service;
