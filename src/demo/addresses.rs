//! Where to look once the walk is over, and as whom.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::person::Shown;
use crate::composition::Service;
use crate::logging::say;

/// Where to look.
pub(super) struct Addresses {
    settings: Url,
    /// `None` where mails cannot be read in a browser.
    mailbox: Option<Url>,
    /// The operator token, if it was made just now.
    operator_token: Option<SecretString>,
}

impl Addresses {
    pub(super) fn of(service: &Service) -> anyhow::Result<Self> {
        Ok(Self {
            settings: service.public_url.join("/settings/")?,
            mailbox: service.mailbox.clone(),
            operator_token: service.new_operator_token.clone(),
        })
    }

    /// Tells where to look, and as whom.
    pub(super) fn tell(&self, people: &[Shown]) {
        say(format!("\nDone. Open {} and sign in as one of them:", self.settings));
        for Shown { email, password, shows } in people {
            say(format!("\n   {email}\n   password {password}\n   {shows}"));
        }
        if let Some(mailbox) = &self.mailbox {
            say(format!("\nWhat they were mailed: {mailbox}"));
        }
        if let Some(token) = &self.operator_token {
            say(format!("What an operator shows at /v1/admin: {}", token.expose_secret()));
        }
    }
}
