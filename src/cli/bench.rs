//! Options of what measures.

use clap::Args;

/// `bench`.
#[derive(Clone, Debug, Args)]
pub struct BenchOptions {
    /// What to measure [default: everything]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(bench::NAMES))]
    pub names: Vec<String>,
    /// Only answer on this address, with nothing: what requests are compared with
    #[arg(long, hide = true)]
    pub bare_handler: Option<std::net::SocketAddr>,
    /// Print the figures as JSON, when all are known
    #[arg(long)]
    pub json: bool,
    /// Short rounds and few events: to see that it works, not how fast
    #[arg(long)]
    pub quick: bool,
    /// PostgreSQL to measure on, in databases made for it [default: one of our own]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where our own server comes from: auto, system or download
    #[arg(long, env = "PERSONAL_SETTINGS_SERVERS", default_value = "auto")]
    pub servers: embedded_servers::ServerSource,
}
