//! What a process can be: all of it at once, the HTTP interface, or a worker.

use clap::Args;
use url::Url;

use super::{
    ApiOptions, BusOptions, DatabaseOptions, KeyOptions, ProcessingOptions, ServerOptions, SigningOptions,
    VitalsOptions, WorkerOptions,
};

/// `serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeOptions {
    /// The database, the bus and the keys.
    #[command(flatten)]
    pub servers: ServerOptions,
    /// The HTTP interface.
    #[command(flatten)]
    pub api: ApiOptions,
    /// The workers.
    #[command(flatten)]
    pub worker: WorkerOptions,
    /// What is said of the processing.
    #[command(flatten)]
    pub processing: ProcessingOptions,
    /// Checkpoints of the log.
    #[command(flatten)]
    pub signing: SigningOptions,
    /// How the process is.
    #[command(flatten)]
    pub vitals: VitalsOptions,
}

/// `demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoOptions {
    /// Everything `serve` takes.
    #[command(flatten)]
    pub serve: ServeOptions,
    /// End after the walk, non-zero if any step failed, instead of staying up
    #[arg(long)]
    pub exit: bool,
}

/// `api`.
#[derive(Clone, Debug, Args)]
pub struct ApiRole {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseOptions,
    /// The keys.
    #[command(flatten)]
    pub keys: KeyOptions,
    /// The interface.
    #[command(flatten)]
    pub api: ApiOptions,
    /// What is said of the processing.
    #[command(flatten)]
    pub processing: ProcessingOptions,
    /// How the process is.
    #[command(flatten)]
    pub vitals: VitalsOptions,
    /// Where archives lie, sealed: `file:///…`, `s3://…`, `gs://…` or `az://…`
    #[arg(long, env = "PERSONAL_SETTINGS_ARCHIVES")]
    pub archives: Url,
}

/// `worker`.
#[derive(Clone, Debug, Args)]
pub struct WorkerRole {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseOptions,
    /// The keys.
    #[command(flatten)]
    pub keys: KeyOptions,
    /// NATS 2.9 or newer with JetStream
    #[arg(long, env = "NATS_URL", hide_env_values = true)]
    pub nats_url: String,
    /// The bus.
    #[command(flatten)]
    pub bus: BusOptions,
    /// The workers.
    #[command(flatten)]
    pub worker: WorkerOptions,
    /// What is said of the processing.
    #[command(flatten)]
    pub processing: ProcessingOptions,
    /// Checkpoints of the log.
    #[command(flatten)]
    pub signing: SigningOptions,
    /// Where archives lie, sealed: `file:///…`, `s3://…`, `gs://…` or `az://…`
    #[arg(long, env = "PERSONAL_SETTINGS_ARCHIVES")]
    pub archives: Url,
    /// The address people reach the service at; links in mails begin with it
    #[arg(long, env = "PERSONAL_SETTINGS_PUBLIC_URL")]
    pub public_url: Url,
    /// How the process is.
    #[command(flatten)]
    pub vitals: VitalsOptions,
}
