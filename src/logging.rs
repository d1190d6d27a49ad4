//! Logs and what is printed.
//!
//! Logs go to standard error and never hold personal data, a secret or a token: ids, counts and
//! durations with units only. What a command was asked for goes to standard output.

use std::io::{IsTerminal, Write};

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

/// What is logged unless asked otherwise: our own crates, what matters to security, and trouble elsewhere.
const DEFAULT_FILTER: &str =
    "warn,personal_settings=info,api=info,workers=info,projections=info,event_store=info,security=info";

/// How logs are written.
#[derive(Clone, Debug, Args)]
pub struct LogOptions {
    /// Form of the log lines
    #[arg(long, global = true, env = "PERSONAL_SETTINGS_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// What is logged, as `target=level` pairs
    #[arg(long, global = true, env = "PERSONAL_SETTINGS_LOG", value_parser = filter)]
    pub log: Option<String>,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What a demonstration logs unless asked otherwise: it tells what happens in its own words.
const QUIET_FILTER: &str = "warn";

/// What is logged, checked: one that makes no sense would otherwise be taken for none.
fn filter(text: &str) -> Result<String, String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{error}; give pairs such as warn,api=debug")),
    }
}

/// Begins to log.
pub fn start(options: &LogOptions, quiet: bool) {
    let default = if quiet { QUIET_FILTER } else { DEFAULT_FILTER };
    let filter = options.log.as_deref().and_then(|filter| EnvFilter::try_new(filter).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new(default));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match options.log_format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().init(),
    }
}

/// Prints a line for the person at the terminal. A closed pipe is no reason to fail.
pub fn say(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout(), "{}", line.as_ref());
}

/// Prints why the program ends, with the whole chain of causes.
pub fn complain(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr(), "error: {error:#}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_makes_no_sense_is_refused() {
        for good in ["debug", "warn,api=debug", "workers::nats::relay=trace", "api[api.request]=info"] {
            assert_eq!(filter(good).as_deref(), Ok(good));
        }
        for bad in ["foo=bar", "api=loud", "a=b=c"] {
            assert!(filter(bad).unwrap_err().contains("such as warn"), "{bad}");
        }
    }
}
