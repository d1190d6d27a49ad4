//! The program: command line, configuration, composition, and the embedded servers.
//!
//! Everything that decides anything lives in the crates below; here it is only put together.

pub mod cli;
pub mod commands;
pub mod composition;
pub mod demo;
pub mod embedded;
pub mod logging;
pub mod personal_data;
pub mod system;

/// Chooses the one TLS implementation of the program. To be called before anything speaks HTTPS.
pub fn choose_tls() {
    // An error means that it was chosen before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
