//! Options of how the service presents itself to people: in every mail, and on its pages.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use url::Url;

/// Who writes to people.
#[derive(Clone, Debug, Default, Args)]
pub struct PresenceOptions {
    /// The product, by the name that account holders know it by: every mail begins with it. A public address is not served
    /// without [default: Personal Settings]
    #[arg(long, env = "PERSONAL_SETTINGS_SERVICE_NAME", value_parser = NonEmptyStringValueParser::new())]
    pub service_name: Option<String>,
    /// Who people write to about a mail: an address (answers go there), the address of a page, or words [default: `contact`
    /// of the statement; where that says nothing, it says this]
    #[arg(long, env = "PERSONAL_SETTINGS_CONTACT")]
    pub contact: Option<String>,
    /// Picture beside the name on the pages: a file of SVG or PNG, 32 KiB at most [default: none]
    #[arg(long, env = "PERSONAL_SETTINGS_SERVICE_LOGO")]
    pub service_logo: Option<PathBuf>,
    /// Colour of buttons and links on the pages, as #1f4fd8: one that white text can be read on
    #[arg(long, env = "PERSONAL_SETTINGS_SERVICE_COLOR")]
    pub service_color: Option<String>,
    /// Folder of texts that say something in other words than ours, on pages, in mails and in archives: en/mail.ftl,
    /// de/mail.ftl, … (Fluent)
    /// [default: none]
    #[arg(long, env = "PERSONAL_SETTINGS_TEXTS")]
    pub texts: Option<PathBuf>,
    /// Language of mails, texts, calls and archives for those who chose none, and of mails to addresses without an account
    #[arg(long, env = "PERSONAL_SETTINGS_DEFAULT_LANGUAGE", value_enum, default_value = "en")]
    pub default_language: Language,
    /// Where people find their account, as mails link to it [default: the pages /settings/ of this service]
    #[arg(long, env = "PERSONAL_SETTINGS_ACCOUNT_URL")]
    pub account_url: Option<Url>,
}

/// A language in which the service speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}
