//! What an auditor can ask, and options of what proves the log: signing, verifying, proofs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use domain::AccountId;
use url::Url;

use super::{HistoryOptions, NetworkOptions, StateOptions};

/// What an auditor can ask.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Every event that concerns an account, in order
    History(Box<HistoryOptions>),
    /// How an account stood at an instant, with its privacy requests
    State(Box<StateOptions>),
    /// Check the whole log with the public key alone
    ///
    /// The first word says what came of it, and so does the status: PASSED 0; FAILED 3; NOT PROVED 4, where nothing signed was
    /// found. Where it could not be done there is no verdict: 1, or 2 for a wrong command line
    Verify(Box<VerifyOptions>),
    /// Print the newest signed checkpoint, having made one if the log grew and the signing key is here
    Checkpoint(Box<CheckpointOptions>),
    /// Print the public key that checkpoints are checked with
    PublicKey(SigningKeyOptions),
    /// Print a proof that anybody can check who has the public key
    #[command(subcommand)]
    Prove(ProveCommand),
    /// Check a proof, far from the database
    ///
    /// The first words say what came of it, and so does the status: PROVED 0; NOT PROVED 3. Where it could not be looked at there
    /// is no verdict: 1, or 2 for a wrong command line
    CheckProof(CheckProofOptions),
}

/// What can be proved.
#[derive(Debug, Subcommand)]
pub enum ProveCommand {
    /// That an event is in the log
    Inclusion(ProveInclusion),
    /// That the log goes on from an older checkpoint
    Consistency(ProveConsistency),
    /// Which streams concern an account (its own, and all that name it), and all their events, none left out
    History(ProveHistory),
}

/// `audit verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyOptions {
    /// The log.
    #[command(flatten)]
    pub auditor: AuditorOptions,
    /// File with the public keys checkpoints may be signed with [default: that of the signing key]
    #[arg(long, env = "PERSONAL_SETTINGS_PUBLIC_KEY")]
    pub public_key: Option<PathBuf>,
    /// File with a checkpoint you kept: the log must go on from it
    #[arg(long)]
    pub checkpoint: Option<PathBuf>,
    /// Take what that checkpoint covers as verified before, and read only what came since
    #[arg(long, requires = "checkpoint")]
    pub since: bool,
    /// How the verdict and what was found are printed
    #[arg(long, value_enum, default_value = "text")]
    pub format: VerdictFormat,
}

/// How a verdict is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VerdictFormat {
    /// In words, the verdict first.
    Text,
    /// One JSON object.
    Json,
}

/// `audit checkpoint`.
#[derive(Clone, Debug, Args)]
pub struct CheckpointOptions {
    /// The log.
    #[command(flatten)]
    pub auditor: AuditorOptions,
    /// Make tiles, stream heads and the streams of accounts anew from the log first
    #[arg(long)]
    pub rebuild: bool,
}

/// `audit prove inclusion`.
#[derive(Clone, Debug, Args)]
pub struct ProveInclusion {
    /// The event: its position in the log, or its id
    pub event: String,
    /// The log.
    #[command(flatten)]
    pub auditor: AuditorOptions,
}

/// `audit prove consistency`.
#[derive(Clone, Debug, Args)]
pub struct ProveConsistency {
    /// The older checkpoint: a file with it, or how many events it is about
    pub old: String,
    /// The log.
    #[command(flatten)]
    pub auditor: AuditorOptions,
}

/// `audit prove history`.
#[derive(Clone, Debug, Args)]
pub struct ProveHistory {
    /// The account
    pub account: AccountId,
    /// The log.
    #[command(flatten)]
    pub auditor: AuditorOptions,
}

/// `audit check-proof`.
#[derive(Clone, Debug, Args)]
pub struct CheckProofOptions {
    /// File with the proof
    pub proof: PathBuf,
    /// File with the public keys its checkpoints may be signed with
    #[arg(long, env = "PERSONAL_SETTINGS_PUBLIC_KEY")]
    pub public_key: PathBuf,
    /// How the verdict is printed
    #[arg(long, value_enum, default_value = "text")]
    pub format: VerdictFormat,
}

/// A log to prove things of: as for a reader, but without the keys to what is sealed.
#[derive(Clone, Debug, Args)]
pub struct AuditorOptions {
    /// PostgreSQL 15 or newer [default: the one below the data directory]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where our own PostgreSQL comes from, if it must be started: auto, system or download
    #[arg(long, env = "PERSONAL_SETTINGS_SERVERS", default_value = "auto")]
    pub servers: embedded_servers::ServerSource,
    /// Where checkpoints are published: the store of the archives [default: below the data directory]
    #[arg(long, env = "PERSONAL_SETTINGS_ARCHIVES")]
    pub archives: Option<Url>,
    /// The signing key.
    #[command(flatten)]
    pub signing: SigningKeyOptions,
    /// The network.
    #[command(flatten)]
    pub network: NetworkOptions,
}

/// Where the key that signs checkpoints is.
#[derive(Clone, Debug, Args)]
pub struct SigningKeyOptions {
    /// Where `serve` keeps everything
    #[arg(long, env = "PERSONAL_SETTINGS_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// File with the key that signs checkpoints [default: one below the data directory]
    #[arg(long, env = "PERSONAL_SETTINGS_SIGNING_KEY_FILE")]
    pub signing_key_file: Option<PathBuf>,
}

/// How checkpoints of the log are made.
#[derive(Clone, Debug, Args)]
pub struct SigningOptions {
    /// File with the key that signs checkpoints [default: one below the data directory, made at the first
    /// start; a `worker` without one signs none]
    #[arg(long, env = "PERSONAL_SETTINGS_SIGNING_KEY_FILE")]
    pub signing_key_file: Option<PathBuf>,
    /// When checkpoints are made, if the log grew: a cron expression with seconds
    #[arg(long, env = "PERSONAL_SETTINGS_CHECKPOINTS", default_value = "0 * * * * *")]
    pub checkpoints: String,
    /// When the process that signs verifies what came since it last did: a cron expression with seconds; best at a moment
    /// at which no checkpoint is made
    #[arg(long, env = "PERSONAL_SETTINGS_VERIFICATIONS", default_value = "30 23 * * * *")]
    pub verifications: String,
    /// When it verifies the whole log
    #[arg(long, env = "PERSONAL_SETTINGS_WHOLE_VERIFICATIONS", default_value = "30 41 3 * * Sun")]
    pub whole_verifications: String,
    /// File with the public keys that signed before this one, for verifying
    #[arg(long, env = "PERSONAL_SETTINGS_PUBLIC_KEY")]
    pub public_key: Option<PathBuf>,
}
