//! The command line. Every option is also an environment variable, and a line in
//! `personal-settings.toml`; the flag wins over the variable, the variable over the file.

use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::logging::LogOptions;

mod audit;
mod bench;
mod dkim;
mod environment;
mod exposed;
mod file;
mod history;
mod keys;
mod operators;
mod presence;
mod processing;
mod projections;
mod roles;
mod servers;
mod work;

pub use audit::{
    AuditCommand, AuditorOptions, CheckProofOptions, CheckpointOptions, ProveCommand, ProveConsistency,
    ProveHistory, ProveInclusion, SigningKeyOptions, SigningOptions, VerdictFormat, VerifyOptions,
};
pub use bench::BenchOptions;
pub use dkim::DkimOptions;
pub use history::{HistoryFormat, HistoryOptions, StateFormat, StateOptions};
pub use keys::{ErasuresCommand, KeyFileOptions, KeysCommand, RotateOptions, VaultOptions};
pub use operators::{CreateOperator, Expiry, OperatorsCommand, RevokeOperator};
pub use presence::{Language, PresenceOptions};
pub use processing::{Consent, ExampleOptions, ProcessingOptions, StatementCommand};
pub use projections::{ProjectionsCommand, RebuildOptions, RetryOptions};
pub use roles::{ApiRole, DemoOptions, ServeOptions, WorkerRole};
pub use servers::{
    BusOptions, DatabaseOptions, KeyOptions, MigrateOptions, NetworkOptions, OwnerOptions, ReaderOptions,
    ServerOptions,
};
pub use work::{ApiOptions, VitalsOptions, WorkerOptions};

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
    /// Flags with a secret in them.
    exposed: Vec<String>,
}

impl Order {
    /// Warns of secrets that stand on the command line.
    pub fn warn_of_exposed_secrets(&self) {
        for flag in &self.exposed {
            tracing::warn!(
                flag,
                "every user of this machine can read what stands on the command line, and there is a secret in this flag: \
                 give it as an environment variable or in the configuration file"
            );
        }
    }

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
    Migrate(MigrateOptions),
    /// Replay what happened
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look after the read models
    #[command(subcommand)]
    Projections(ProjectionsCommand),
    /// See to the master keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// See to who runs the service, and with what rights
    #[command(subcommand)]
    Operators(Box<OperatorsCommand>),
    /// See to what archives say about the processing
    #[command(subcommand)]
    Statement(StatementCommand),
    /// See to the ledger of erasures
    #[command(subcommand)]
    Erasures(ErasuresCommand),
    /// Measure how fast it is here, beside what the database does at best
    Bench(BenchOptions),
}

/// Reads the command line, the environment and the file; ends the program when they make no sense.
pub fn parse() -> Order {
    let file = match file::read() {
        Ok(file) => file,
        Err(error) => Cli::command().error(clap::error::ErrorKind::Io, format!("{error:#}")).exit(),
    };
    let unknown = file::unknown_names(&Cli::command(), &file);
    if !unknown.is_empty() {
        let message = format!("the configuration file names no options of ours: {}", unknown.join(", "));
        Cli::command().error(clap::error::ErrorKind::UnknownArgument, message).exit();
    }
    // Names that are no text are none of ours.
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    if let Some(complaint) = environment::complaint(&Cli::command(), names) {
        Cli::command().error(clap::error::ErrorKind::UnknownArgument, complaint).exit();
    }
    let command = file::with_defaults(Cli::command(), &file);
    let matches = command.clone().get_matches();
    let exposed = exposed::flags(&command, &matches);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let command = cli.command.unwrap_or_else(|| Command::Serve(Box::new(cli.serve)));
    Order { command, log: cli.log, exposed }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::file::{named_on_command_line, unknown_names, with_defaults};
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
    fn values_that_make_no_sense_are_refused() {
        for words in [
            ["--concurrency", "0"],
            ["--concurrency", "100000"],
            ["--database-connections", "11"],
            ["--house-project-token", "abcde"],
            ["--house-project-token", "with a space in it, which is none"],
            ["--nats-replicas", "0"],
            ["--policy-version", ""],
            ["--log", "foo=bar"],
            ["--max-connections", "0"],
            ["--trusted-proxies", "everybody"],
            ["--holidays", "christmas"],
            ["--controller-time-zone", "Berlin"],
        ] {
            let refused = parse("", &[&["personal-settings", "serve"], &words[..]].concat());
            assert!(refused.unwrap_err().to_string().contains(words[0]), "{words:?}");
            // In the file as well.
            let file = format!("{} = {:?}", words[0].trim_start_matches("--"), words[1]);
            assert!(parse(&file, &["personal-settings", "serve"]).is_err(), "{file}");
        }
    }

    #[test]
    fn a_role_needs_its_servers_unless_the_file_names_them() {
        assert!(parse("", &["personal-settings", "migrate"]).is_err());
        assert!(parse("database-url = \"postgres://db/ps\"", &["personal-settings", "migrate"]).is_ok());
    }
}
