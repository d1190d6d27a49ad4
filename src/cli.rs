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
use secrecy::SecretString;
use url::Url;
use workers::bus::Subjects;

use crate::logging::LogOptions;

mod keys;

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
    /// See to the master keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// See to the ledger of erasures
    #[command(subcommand)]
    Erasures(ErasuresCommand),
}

/// What an auditor can ask.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Every event that concerns an account, in order
    History(Box<HistoryOptions>),
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
    /// Where archives lie, sealed: `file:///…`, `s3://…`, `gs://…` or `az://…`
    #[arg(long, env = "PERSONAL_SETTINGS_ARCHIVES")]
    pub archives: Url,
    /// The address people reach the service at; links in mails begin with it
    #[arg(long, env = "PERSONAL_SETTINGS_PUBLIC_URL")]
    pub public_url: Url,
}

/// `audit history`.
#[derive(Clone, Debug, Args)]
pub struct HistoryOptions {
    /// The account
    pub account: AccountId,
    /// The database to read.
    #[command(flatten)]
    pub reader: ReaderOptions,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub format: HistoryFormat,
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
    /// File with master keys, one a line, the first in use [default: below the data directory, made at the
    /// first start]
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
    /// How long an erasure can be cancelled before it starts
    #[arg(long, env = "PERSONAL_SETTINGS_ERASURE_COOLING_OFF", default_value = "24h")]
    pub erasure_cooling_off: Duration,
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
    /// TOML file with what archives say about the processing (GDPR Art. 15(1))
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
    let mut known: BTreeSet<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
    for subcommand in command.get_subcommands() {
        known.extend(subcommand.get_arguments().filter_map(clap::Arg::get_long));
    }
    file.keys().filter(|name| !known.contains(name.as_str())).cloned().collect()
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
        assert!(options.api.erasure_cooling_off.is_zero());
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
    fn a_role_needs_its_servers_unless_the_file_names_them() {
        assert!(parse("", &["personal-settings", "migrate"]).is_err());
        assert!(parse("database-url = \"postgres://db/ps\"", &["personal-settings", "migrate"]).is_ok());
    }
}
