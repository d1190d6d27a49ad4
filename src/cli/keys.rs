//! What the command line says of master keys and of the ledger of erasures.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use humantime::Duration;
use secrecy::SecretString;
use url::Url;

use super::ReaderOptions;

/// What can be done about master keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Add a new master key to the key file, not yet in use
    MakeMaster(Box<KeyFileOptions>),
    /// Wrap all data keys anew with another master key, while everything runs
    RotateMaster(Box<RotateOptions>),
}

/// What can be done about the ledger of erasures.
#[derive(Debug, Subcommand)]
pub enum ErasuresCommand {
    /// Carry out again everything the ledger holds
    Reapply(Box<ReaderOptions>),
}

/// `keys make-master`.
#[derive(Clone, Debug, Args)]
pub struct KeyFileOptions {
    /// Where `serve` keeps everything
    #[arg(long, env = "PERSONAL_SETTINGS_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// The key file [default: the one below the data directory]
    #[arg(long, env = "PERSONAL_SETTINGS_MASTER_KEY_FILE")]
    pub master_key_file: Option<PathBuf>,
}

/// `keys rotate-master`.
#[derive(Clone, Debug, Args)]
pub struct RotateOptions {
    /// The database and the object store.
    #[command(flatten)]
    pub reader: ReaderOptions,
    /// Id of the master key to use from now on: it is made the first line of the key file [default: the first]
    #[arg(long)]
    pub to: Option<String>,
    /// How long to wait for running processes to take notice of a changed key file
    #[arg(long, default_value = "30s")]
    pub patience: Duration,
}

/// Master keys in HashiCorp Vault or OpenBao.
#[derive(Clone, Debug, Args)]
pub struct VaultOptions {
    /// Vault whose transit engine has the master key, instead of a file: `https://…`; http on this machine
    #[arg(long, env = "PERSONAL_SETTINGS_VAULT_URL")]
    pub vault_url: Option<Url>,
    /// Where the transit engine is mounted
    #[arg(long, env = "PERSONAL_SETTINGS_VAULT_MOUNT", default_value = "transit")]
    pub vault_mount: String,
    /// The key in the transit engine
    #[arg(long, env = "PERSONAL_SETTINGS_VAULT_KEY", default_value = "personal-settings")]
    pub vault_key: String,
    /// File with the token, read for each call
    #[arg(long, env = "PERSONAL_SETTINGS_VAULT_TOKEN_FILE")]
    pub vault_token_file: Option<PathBuf>,
    /// The token itself, instead of a file
    #[arg(long, env = "PERSONAL_SETTINGS_VAULT_TOKEN", hide_env_values = true)]
    pub vault_token: Option<SecretString>,
    /// The namespace (Vault Enterprise)
    #[arg(long, env = "PERSONAL_SETTINGS_VAULT_NAMESPACE")]
    pub vault_namespace: Option<String>,
    /// PEM file with certificates to trust besides those of the system
    #[arg(long, env = "PERSONAL_SETTINGS_VAULT_CA_FILE")]
    pub vault_ca_file: Option<PathBuf>,
}
