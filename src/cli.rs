//! The command line. Every option is also an environment variable, and a line in
//! `personal-settings.toml`; the flag wins over the variable, the variable over the file.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use chrono::NaiveDate;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use domain::AccountId;
use humantime::Duration;
use projections::Instant;
use secrecy::SecretString;
use url::Url;
use workers::bus::Subjects;

use crate::logging::LogOptions;

mod audit;
mod keys;

pub use audit::{
    AuditorOptions, CheckProofOptions, CheckpointOptions, ProveCommand, ProveConsistency, ProveHistory,
    ProveInclusion, SigningKeyOptions, SigningOptions, VerifyOptions,
};
pub use keys::{ErasuresCommand, KeyFileOptions, KeysCommand, LedgerOptions, RotateOptions, VaultOptions};

/// Where settings are looked for when no other file is named.
const FILE: &str = "personal-settings.toml";

/// Event-sourced personal settings and privacy requests, beside your product.
#[derive(Debug, Parser)]
#[command(name = "personal-settings", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeOptions,
    #[command(flatten)]
    log: LogOptions,
    /// File with further options [default: personal-settings.toml, if there is one]
    #[arg(long, global = true, env = "PERSONAL_SETTINGS_CONFIG")]
    config: Option<PathBuf>,
}

/// What is to be done, and how it is logged.
#[derive(Debug)]
pub struct Order {
    /// What.
    pub command: Command,
    log: LogOptions,
}

impl Order {
    /// How it is logged.
    pub fn log(&self) -> &LogOptions {
        &self.log
    }

    /// Whether it is the demonstration.
    pub fn is_demo(&self) -> bool {
        matches!(self.command, Command::Demo(_))
    }
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything in one process; PostgreSQL and NATS too, where no URL is given
    Serve(Box<ServeOptions>),
    /// Serve with made-up people, and walk through an export and an erasure
    Demo(Box<DemoOptions>),
    /// Run the HTTP interface only
    Api(Box<ApiRole>),
    /// Run the workers only
    Worker(Box<WorkerRole>),
    /// Bring the database schema up to date
    Migrate(DatabaseOptions),
    /// Replay what happened
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look after the read models
    #[command(subcommand)]
    Projections(ProjectionsCommand),
    /// See to the master keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// See to the ledger of erasures
    #[command(subcommand)]
    Erasures(ErasuresCommand),
    /// Measure how fast it is here, beside what the database does at best
    Bench(BenchOptions),
}

/// `bench`.
#[derive(Clone, Debug, Args)]
pub struct BenchOptions {
    /// What to measure [default: everything]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(bench::NAMES))]
    pub names: Vec<String>,
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
    pub servers: crate::embedded::ServerSource,
}

/// What an auditor can ask.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Every event that concerns an account, in order
    History(Box<HistoryOptions>),
    /// How an account stood at an instant, with its privacy requests
    State(Box<StateOptions>),
    /// Check the whole log with the public key alone; non-zero if anything does not verify
    Verify(Box<VerifyOptions>),
    /// Print the newest signed checkpoint, having made one if the log grew and the signing key is here
    Checkpoint(Box<CheckpointOptions>),
    /// Print the public key that checkpoints are checked with
    PublicKey(SigningKeyOptions),
    /// Print a proof that anybody can check who has the public key
    #[command(subcommand)]
    Prove(ProveCommand),
    /// Check a proof, far from the database
    CheckProof(CheckProofOptions),
}

/// What can be done about read models.
#[derive(Debug, Subcommand)]
pub enum ProjectionsCommand {
    /// How far each has come, how late it is, and what it could not take
    List(Box<ReaderOptions>),
    /// Fill one anew beside the live one, and put it in its place; another may serve meanwhile
    Rebuild(Box<RebuildOptions>),
    /// Try again what could not be taken
    Retry(Box<RetryOptions>),
}

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
    /// Checkpoints of the log.
    #[command(flatten)]
    pub signing: SigningOptions,
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
    /// Checkpoints of the log.
    #[command(flatten)]
    pub signing: SigningOptions,
    /// Where archives lie, sealed: `file:///…`, `s3://…`, `gs://…` or `az://…`
    #[arg(long, env = "PERSONAL_SETTINGS_ARCHIVES")]
    pub archives: Url,
    /// The address people reach the service at; links in mails begin with it
    #[arg(long, env = "PERSONAL_SETTINGS_PUBLIC_URL")]
    pub public_url: Url,
    /// Address to tell on how the process is: /healthz, /readyz and /metrics [default: none]
    #[arg(long, env = "PERSONAL_SETTINGS_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
}

/// `audit history`.
#[derive(Clone, Debug, Args)]
pub struct HistoryOptions {
    /// The account
    pub account: AccountId,
    /// The database to read.
    #[command(flatten)]
    pub reader: ReaderOptions,
    /// Up to when: 2026-05-03T10:00:00Z, or 2026-05-03 for the end of that day (UTC)
    #[arg(long)]
    pub at: Option<Instant>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub format: HistoryFormat,
}

/// `audit state`.
#[derive(Clone, Debug, Args)]
pub struct StateOptions {
    /// The account
    pub account: AccountId,
    /// The database to read.
    #[command(flatten)]
    pub reader: ReaderOptions,
    /// When: 2026-05-03T10:00:00Z, or 2026-05-03 for the end of that day (UTC) [default: now]
    #[arg(long)]
    pub at: Option<Instant>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub format: StateFormat,
}

/// How a state is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateFormat {
    /// A line for each value.
    Text,
    /// One JSON object.
    Json,
}

/// `projections rebuild`.
#[derive(Clone, Debug, Args)]
pub struct RebuildOptions {
    /// The read model, as `projections list` names it
    pub name: String,
    /// The database.
    #[command(flatten)]
    pub reader: ReaderOptions,
    /// Begin anew instead of going on where an earlier rebuild was broken off
    #[arg(long)]
    pub anew: bool,
}

/// `projections retry`.
#[derive(Clone, Debug, Args)]
pub struct RetryOptions {
    /// The read model [default: all of them]
    pub name: Option<String>,
    /// The database.
    #[command(flatten)]
    pub reader: ReaderOptions,
}

/// How a history is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HistoryFormat {
    /// In words.
    Text,
    /// One JSON object a line.
    Ndjson,
    /// A table for a spreadsheet.
    Csv,
}

/// A database that must be given.
#[derive(Clone, Debug, Args)]
pub struct DatabaseOptions {
    /// PostgreSQL 15 or newer
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
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
    pub servers: crate::embedded::ServerSource,
    /// The keys.
    #[command(flatten)]
    pub keys: KeyOptions,
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
    /// NATS 2.9 or newer with JetStream [default: one of our own below the data directory]
    #[arg(long, env = "NATS_URL", hide_env_values = true)]
    pub nats_url: Option<String>,
    /// Where our own servers come from: auto, system or download
    #[arg(long, env = "PERSONAL_SETTINGS_SERVERS", default_value = "auto")]
    pub servers: crate::embedded::ServerSource,
    /// The bus.
    #[command(flatten)]
    pub bus: BusOptions,
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
    /// How many servers of a NATS cluster keep each stream
    #[arg(long, env = "PERSONAL_SETTINGS_NATS_REPLICAS", default_value_t = 1)]
    pub nats_replicas: usize,
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

/// The HTTP interface.
#[derive(Clone, Debug, Args)]
pub struct ApiOptions {
    /// Address to listen on
    #[arg(long, env = "PERSONAL_SETTINGS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The address people reach the service at; links in mails begin with it [default: http://LISTEN]
    #[arg(long, env = "PERSONAL_SETTINGS_PUBLIC_URL")]
    pub public_url: Option<Url>,
    /// How long an erasure can be cancelled before it starts [default: 24h; in a demonstration 2s]
    #[arg(long, env = "PERSONAL_SETTINGS_ERASURE_COOLING_OFF")]
    pub erasure_cooling_off: Option<Duration>,
    /// Days besides weekends on which no legal period ends, as 2026-12-25
    #[arg(long, env = "PERSONAL_SETTINGS_HOLIDAYS", value_delimiter = ',')]
    pub holidays: Vec<NaiveDate>,
    /// The privacy policy in force: named in every consent record
    #[arg(long, env = "PERSONAL_SETTINGS_POLICY_VERSION", default_value = "1")]
    pub policy_version: String,
    /// Whether the two switches of a new account are on (`opt-out`) or off (`opt-in`)
    #[arg(long, env = "PERSONAL_SETTINGS_CONSENT", value_enum, default_value = "opt-out")]
    pub consent: Consent,
    /// Token of the house project, which the product's own use is sent to [default: made at first start]
    #[arg(long, env = "PERSONAL_SETTINGS_HOUSE_PROJECT_TOKEN")]
    pub house_project_token: Option<String>,
    /// The first operator token [default: made and printed once]
    #[arg(long, env = "PERSONAL_SETTINGS_OPERATOR_TOKEN", hide_env_values = true)]
    pub operator_token: Option<SecretString>,
}

/// How the switches of a new account stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Consent {
    /// On, until the person switches them off.
    OptOut,
    /// Off, until the person switches them on.
    OptIn,
}

/// The workers.
#[derive(Clone, Debug, Args)]
pub struct WorkerOptions {
    /// Jobs done at once in this process
    #[arg(long, env = "PERSONAL_SETTINGS_CONCURRENCY", default_value_t = 4)]
    pub concurrency: usize,
    /// How mail goes out: `smtp://…`, `smtps://…` or `directory:PATH` [default: below the data directory]
    #[arg(long, env = "PERSONAL_SETTINGS_MAIL", hide_env_values = true)]
    pub mail: Option<String>,
    /// Who mail comes from
    #[arg(
        long,
        env = "PERSONAL_SETTINGS_MAIL_FROM",
        default_value = "Personal Settings <no-reply@localhost.localdomain>"
    )]
    pub mail_from: String,
    /// TOML file with what archives say about the processing (GDPR Art. 15(1)) [default: what holds with `opt-out`]
    #[arg(long, env = "PERSONAL_SETTINGS_STATEMENT")]
    pub statement: Option<PathBuf>,
}

/// Reads the command line, the environment and the file; ends the program when they make no sense.
pub fn parse() -> Order {
    let file = match read_file() {
        Ok(file) => file,
        Err(error) => Cli::command().error(clap::error::ErrorKind::Io, format!("{error:#}")).exit(),
    };
    let unknown = unknown_names(&Cli::command(), &file);
    if !unknown.is_empty() {
        let message = format!("the configuration file names no options of ours: {}", unknown.join(", "));
        Cli::command().error(clap::error::ErrorKind::UnknownArgument, message).exit();
    }
    let command = with_defaults(Cli::command(), &file);
    let matches = command.get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let command = cli.command.unwrap_or_else(|| Command::Serve(Box::new(cli.serve)));
    Order { command, log: cli.log }
}

/// The file named on the command line or by the environment, or the one in the working directory.
fn read_file() -> anyhow::Result<toml::Table> {
    let named = named_on_command_line(std::env::args_os())
        .or_else(|| std::env::var_os("PERSONAL_SETTINGS_CONFIG"))
        .map(PathBuf::from);
    let path = named.clone().unwrap_or_else(|| PathBuf::from(FILE));
    match std::fs::read_to_string(&path) {
        Ok(text) => text.parse().with_context(|| format!("{} is no valid TOML", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            Ok(toml::Table::new())
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// The file is needed before the command line can be read as a whole.
fn named_on_command_line(mut words: impl Iterator<Item = OsString>) -> Option<OsString> {
    let prefix = "--config=";
    loop {
        let word = words.next()?;
        if word == "--config" {
            return words.next();
        }
        if let Some(path) = word.to_str().and_then(|word| word.strip_prefix(prefix)) {
            return Some(path.into());
        }
    }
}

/// Names in the file that are no option of any command.
fn unknown_names(command: &clap::Command, file: &toml::Table) -> Vec<String> {
    let known = known_names(command);
    file.keys().filter(|name| !known.contains(name.as_str())).cloned().collect()
}

/// The options of a command and of all below it.
fn known_names(command: &clap::Command) -> BTreeSet<&str> {
    let own = command.get_arguments().filter_map(clap::Arg::get_long);
    own.chain(command.get_subcommands().flat_map(known_names)).collect()
}

/// Makes every value of the file the default of the option of the same name.
fn with_defaults(command: clap::Command, file: &toml::Table) -> clap::Command {
    let command = command.mut_args(|arg| {
        // A secret in the file shall not stand in the help.
        let secret = arg.is_hide_env_values_set();
        with_default(arg, file).hide_default_value(secret)
    });
    command.mut_subcommands(|subcommand| with_defaults(subcommand, file))
}

fn with_default(arg: clap::Arg, file: &toml::Table) -> clap::Arg {
    match arg.get_long().and_then(|name| file.get(name)) {
        Some(toml::Value::String(text)) => arg.default_value(text.clone()).required(false),
        Some(toml::Value::Array(items)) => {
            arg.default_values(items.iter().map(plain).collect::<Vec<_>>()).required(false)
        }
        Some(value) => arg.default_value(plain(value)).required(false),
        None => arg,
    }
}

fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(file: &str, words: &[&str]) -> Result<Cli, clap::Error> {
        let command = with_defaults(Cli::command(), &file.parse().unwrap());
        Cli::from_arg_matches(&command.try_get_matches_from(words)?)
    }

    fn serve(cli: Cli) -> ServeOptions {
        match cli.command {
            Some(Command::Serve(options)) => *options,
            None => cli.serve,
            Some(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_means_serve() {
        let options = serve(parse("", &["personal-settings", "--erasure-cooling-off", "0s"]).unwrap());
        assert!(options.api.erasure_cooling_off.unwrap().is_zero());
        assert_eq!(options.servers.data_dir, PathBuf::from("data"));
    }

    #[test]
    fn the_file_gives_defaults_and_a_flag_wins() {
        let file = "data-dir = \"/srv/ps\"\nconcurrency = 9\nholidays = [\"2026-12-25\", \"2027-01-01\"]";
        let options = serve(parse(file, &["personal-settings", "serve", "--concurrency", "2"]).unwrap());
        assert_eq!(options.servers.data_dir, PathBuf::from("/srv/ps"));
        assert_eq!(options.worker.concurrency, 2);
        assert_eq!(options.api.holidays.len(), 2);
    }

    #[test]
    fn a_file_is_found_in_either_form_and_a_misspelt_option_in_it_is_told() {
        let named = |words: &[&str]| named_on_command_line(words.iter().map(OsString::from));
        assert_eq!(named(&["ps", "serve", "--config", "a.toml"]), Some("a.toml".into()));
        assert_eq!(named(&["ps", "--config=b.toml", "serve"]), Some("b.toml".into()));
        assert_eq!(named(&["ps", "serve"]), None);
        let file = "erasure-coolingoff = \"1h\"\nlisten = \"127.0.0.1:1\"".parse().unwrap();
        assert_eq!(unknown_names(&Cli::command(), &file), ["erasure-coolingoff"]);
    }

    #[test]
    fn a_given_cooling_off_is_told_from_the_default() {
        let demo = |file: &str, words: &[&str]| {
            let words = [&["personal-settings", "demo"], words].concat();
            match parse(file, &words).unwrap().command {
                Some(Command::Demo(options)) => options.serve.api.erasure_cooling_off,
                other => panic!("{other:?}"),
            }
        };
        let day = Some(std::time::Duration::from_secs(24 * 60 * 60).into());
        assert_eq!(demo("", &[]), None);
        assert_eq!(demo("", &["--erasure-cooling-off", "24h"]), day);
        assert_eq!(demo("erasure-cooling-off = \"24h\"", &[]), day);
    }

    #[test]
    fn the_file_may_name_an_option_of_a_command_below_a_command() {
        let file = "format = \"csv\"";
        assert_eq!(unknown_names(&Cli::command(), &file.parse().unwrap()), [""; 0]);
        let account = "acc_01h455vb4pex5vsknk084sn02q";
        match parse(file, &["personal-settings", "audit", "history", account]).unwrap().command {
            Some(Command::Audit(AuditCommand::History(options))) => {
                assert_eq!(options.format, HistoryFormat::Csv);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_role_needs_its_servers_unless_the_file_names_them() {
        assert!(parse("", &["personal-settings", "migrate"]).is_err());
        assert!(parse("database-url = \"postgres://db/ps\"", &["personal-settings", "migrate"]).is_ok());
    }
}
