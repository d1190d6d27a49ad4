//! The HTTP interface, asked over the wire: a real program on a real PostgreSQL and NATS.
//!
//! Each test has a program and a database of its own, and ends with [`Service::unharmed`]: whatever was
//! sent, nothing failed on our side.

mod answer;
mod archive;
mod archive_contents;
mod at_once;
mod auditors;
mod authorization;
mod bad_input;
mod bad_requests;
mod contention;
mod cookies;
mod credentials;
mod deletion;
mod desk_upkeep;
mod detection;
mod devices;
mod email_change;
mod endings;
mod exposure;
mod found;
mod gdpr_token;
mod grave;
mod guessing;
mod headers;
mod history;
mod idempotency;
mod international;
mod invitations;
mod later;
mod limits;
mod mailbox;
mod once;
mod operators;
mod organizations;
mod own_writes;
mod pages;
mod pairs;
mod password_reset;
mod privacy_desk;
mod privacy_requests;
mod problems;
mod profile;
mod projects;
mod queue;
mod recovery;
mod routes;
mod second_factor;
mod second_factor_demand;
mod service;
mod sessions;
mod settings;
mod shared_history;
mod sign_in;
mod spoken;
mod sudo;
mod teams;
mod throttle;
mod track;
mod track_forms;
mod track_limits;

use answer::{Answer, send};
use routes::routes;
use service::Service;
