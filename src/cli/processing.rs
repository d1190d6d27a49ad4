//! Options of what is said of the processing, which every role that serves people obeys.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use url::Url;

use super::PresenceOptions;

/// How the data is processed, and what is said of that.
#[derive(Clone, Debug, Args)]
pub struct ProcessingOptions {
    /// Whether the two switches of a new account are on (`opt-out`) or off (`opt-in`)
    #[arg(long, env = "PERSONAL_SETTINGS_CONSENT", value_enum, default_value = "opt-out")]
    pub consent: Consent,
    /// TOML file with what archives say about the processing (GDPR Art. 15(1)): who is responsible, and what differs from
    /// the defaults; `statement example` prints one [default: what follows from the configuration]
    #[arg(long, env = "PERSONAL_SETTINGS_STATEMENT")]
    pub statement: Option<PathBuf>,
    /// Who writes to people.
    #[command(flatten)]
    pub presence: PresenceOptions,
}

/// How the switches of a new account stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Consent {
    /// On, until the person switches them off.
    OptOut,
    /// Off, until the person switches them on.
    OptIn,
}

/// `statement`.
#[derive(Clone, Debug, Subcommand)]
pub enum StatementCommand {
    /// Print a file for `--statement` to fill in, with the defaults that follow from these options
    Example(ExampleOptions),
}

/// `statement example`.
#[derive(Clone, Debug, Args)]
pub struct ExampleOptions {
    /// Whether the two switches of a new account are on (`opt-out`) or off (`opt-in`)
    #[arg(long, env = "PERSONAL_SETTINGS_CONSENT", value_enum, default_value = "opt-out")]
    pub consent: Consent,
    /// How mail goes out, as for `worker`
    #[arg(long, env = "PERSONAL_SETTINGS_MAIL", hide_env_values = true)]
    pub mail: Option<String>,
    /// How texts and calls go out, as for `worker`
    #[arg(long, env = "PERSONAL_SETTINGS_PHONE", hide_env_values = true)]
    pub phone: Option<String>,
    /// Where archives lie, as for `worker`
    #[arg(long, env = "PERSONAL_SETTINGS_ARCHIVES")]
    pub archives: Option<Url>,
}
