//! Options of how the service presents itself to people: in every mail, and on its pages.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
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
    /// Where people find their account, as mails link to it [default: the page /account of this service]
    #[arg(long, env = "PERSONAL_SETTINGS_ACCOUNT_URL")]
    pub account_url: Option<Url>,
}
