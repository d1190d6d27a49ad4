//! The program: command line, configuration and composition.
//!
//! Everything that decides anything lives in the crates below; here it is only put together.

pub mod cli;
pub mod commands;
pub mod composition;
pub mod demo;
pub mod logging;
pub mod personal_data;
pub mod system;

/// What the program is called, and its servers with it.
pub const PROGRAM: &str = env!("CARGO_PKG_NAME");

/// Chooses the one TLS implementation of the program. To be called before anything speaks HTTPS.
pub fn choose_tls() {
    // An error means that it was chosen before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
