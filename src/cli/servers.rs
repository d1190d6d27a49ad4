//! Options of what a process stands on: the database, the bus and the keys.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{RangedI64ValueParser, RangedU64ValueParser};
use event_store::FEWEST_CONNECTIONS;
use secrecy::SecretString;
use url::Url;
use workers::nats::Subjects;

use super::VaultOptions;

/// A database that must be given.
#[derive(Clone, Debug, Args)]
pub struct DatabaseOptions {
    /// PostgreSQL 15 or newer
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// The network.
    #[command(flatten)]
    pub network: NetworkOptions,
}

/// The owner of the database, where the program works as another role.
#[derive(Clone, Debug, Args)]
pub struct OwnerOptions {
    /// The database again, as its owner: makes tables, and lets the role that DATABASE_URL names do what it needs
    /// [default: DATABASE_URL]
    #[arg(long, env = "PERSONAL_SETTINGS_OWNER_URL", hide_env_values = true)]
    pub owner_url: Option<String>,
}

/// `migrate`.
#[derive(Clone, Debug, Args)]
pub struct MigrateOptions {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseOptions,
    /// Its owner.
    #[command(flatten)]
    pub owner: OwnerOptions,
}

/// The network between this process and its servers.
#[derive(Clone, Debug, Args)]
pub struct NetworkOptions {
    /// Hosts of databases, NATS and mail servers that need not be spoken to over verified TLS: their URLs say how
    #[arg(long, env = "PERSONAL_SETTINGS_ALLOW_PLAIN_TEXT", value_delimiter = ',')]
    pub allow_plain_text: Vec<String>,
    /// Connections to the database that this process has at most, 12 or more; each duty that it leads takes one besides
    /// [default: 64]
    #[arg(
        long,
        env = "PERSONAL_SETTINGS_DATABASE_CONNECTIONS",
        value_parser = RangedI64ValueParser::<u32>::new().range(i64::from(FEWEST_CONNECTIONS)..=1000)
    )]
    pub database_connections: Option<u32>,
}

/// A database to read: a given one, or the one below a data directory, whether or not a program runs it.
#[derive(Clone, Debug, Args)]
pub struct ReaderOptions {
    /// Where `serve` keeps everything
    #[arg(long, env = "PERSONAL_SETTINGS_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// PostgreSQL 15 or newer [default: the one below the data directory]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where our own PostgreSQL comes from, if it must be started: auto, system or download
    #[arg(long, env = "PERSONAL_SETTINGS_SERVERS", default_value = "auto")]
    pub servers: embedded_servers::ServerSource,
    /// Where archives and the ledger of erasures lie: `file:///…`, `s3://…`, … [default: below the data
    /// directory]
    #[arg(long, env = "PERSONAL_SETTINGS_ARCHIVES")]
    pub archives: Option<Url>,
    /// The keys.
    #[command(flatten)]
    pub keys: KeyOptions,
    /// The network.
    #[command(flatten)]
    pub network: NetworkOptions,
}

/// Servers that are started where they are not given.
#[derive(Clone, Debug, Args)]
pub struct ServerOptions {
    /// Where everything is kept that has no other place
    #[arg(long, env = "PERSONAL_SETTINGS_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// PostgreSQL 15 or newer [default: one of our own below the data directory]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The owner of the database.
    #[command(flatten)]
    pub owner: OwnerOptions,
    /// NATS 2.9 or newer with JetStream [default: one of our own below the data directory]
    #[arg(long, env = "NATS_URL", hide_env_values = true)]
    pub nats_url: Option<String>,
    /// Where our own servers come from: auto, system or download
    #[arg(long, env = "PERSONAL_SETTINGS_SERVERS", default_value = "auto")]
    pub servers: embedded_servers::ServerSource,
    /// The bus.
    #[command(flatten)]
    pub bus: BusOptions,
    /// The network.
    #[command(flatten)]
    pub network: NetworkOptions,
    /// The keys.
    #[command(flatten)]
    pub keys: KeyOptions,
    /// Where archives lie, sealed: `file:///…`, `s3://…`, … [default: below the data directory]
    #[arg(long, env = "PERSONAL_SETTINGS_ARCHIVES")]
    pub archives: Option<Url>,
}

/// What is said on the bus.
#[derive(Clone, Debug, Args)]
pub struct BusOptions {
    /// First word of every NATS subject and stream of this installation
    #[arg(long, env = "PERSONAL_SETTINGS_NATS_PREFIX", default_value = "personal-settings")]
    pub nats_prefix: Subjects,
    /// How many servers of a NATS cluster keep each stream: 1 to 5
    #[arg(
        long,
        env = "PERSONAL_SETTINGS_NATS_REPLICAS",
        default_value_t = 1,
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=5)
    )]
    pub nats_replicas: usize,
    /// File with the seed of an nkey (SU…) to sign in at NATS with, instead of credentials in the URL
    #[arg(long, env = "PERSONAL_SETTINGS_NATS_NKEY_FILE")]
    pub nats_nkey_file: Option<PathBuf>,
    /// File with a JWT and its seed (.creds, as nsc writes it) to sign in at NATS with, instead of credentials in the URL
    #[arg(long, env = "PERSONAL_SETTINGS_NATS_CREDENTIALS_FILE")]
    pub nats_credentials_file: Option<PathBuf>,
    /// PEM file with the certificates that NATS servers are trusted by, instead of those of the system
    #[arg(long, env = "PERSONAL_SETTINGS_NATS_CA_FILE")]
    pub nats_ca_file: Option<PathBuf>,
}

/// Where the master key comes from.
#[derive(Clone, Debug, Args)]
pub struct KeyOptions {
    /// File with master keys, one a line, the first in use [default where there is a data directory:
    /// keys/master.key below it, which `serve` and `demo` make at their first start]
    #[arg(long, env = "PERSONAL_SETTINGS_MASTER_KEY_FILE")]
    pub master_key_file: Option<PathBuf>,
    /// The master key itself, 32 bytes in base64, instead of a file; several with commas, the first in use
    #[arg(long, env = "PERSONAL_SETTINGS_MASTER_KEY", hide_env_values = true)]
    pub master_key: Option<SecretString>,
    /// Keys that never leave Vault.
    #[command(flatten)]
    pub vault: VaultOptions,
}
