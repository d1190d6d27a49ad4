//! A person who signs in, the *account holder*, and their settings.

mod command;
mod error;
mod event;
#[cfg(test)]
mod tests;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

pub use command::AccountCommand;
pub use error::AccountError;
pub use event::{AccountEvent, PreferenceChange, SignOutReason};

use crate::{AccountId, EmailAddress, Personal, Services, Snapshot};

/// The two switches of *Activity*. Off means off from that moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Cookies that personalise the experience may be set.
    pub personalization: bool,
    /// Usage of the product may be logged and stored.
    pub usage_logging: bool,
}

/// The aggregate: nothing before registration, the account after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account, once registered.
    pub holder: Option<Holder>,
}

/// A registered account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its id.
    pub account_id: AccountId,
    /// The sign-in address.
    pub email: Personal<EmailAddress>,
    /// The name to greet with.
    pub name: Personal<String>,
    /// The two switches.
    pub preferences: Preferences,
}

impl Account {
    /// The account, or the refusal that there is none.
    pub fn holder(&self) -> Result<&Holder, AccountError> {
        self.holder.as_ref().ok_or(AccountError::Unknown)
    }

    fn decide(&self, command: AccountCommand) -> Result<Vec<AccountEvent>, AccountError> {
        if let AccountCommand::Register { account_id, email, name, preferences, policy_version } = command {
            if self.holder.is_some() {
                return Err(AccountError::AlreadyRegistered);
            }
            return Ok(vec![AccountEvent::Registered {
                account_id,
                email: Personal::profile(account_id, email),
                name: Personal::profile(account_id, name),
                preferences,
                policy_version,
            }]);
        }
        let holder = self.holder()?;
        Ok(match command {
            AccountCommand::Register { .. } => Vec::new(),
            AccountCommand::RecordSignIn { session_id } => vec![AccountEvent::SignedIn { session_id }],
            AccountCommand::RecordSignOut { session_id, reason } => {
                vec![AccountEvent::SignedOut { session_id, reason }]
            }
            AccountCommand::RecordReauthentication { session_id } => {
                vec![AccountEvent::Reauthenticated { session_id }]
            }
            AccountCommand::ChangePassword => vec![AccountEvent::PasswordChanged {}],
            AccountCommand::ChangePreferences { personalization, usage_logging, policy_version } => {
                holder.change_preferences(personalization, usage_logging, policy_version)
            }
        })
    }
}

impl Holder {
    /// A consent record holds from what, to what and under which policy (GDPR Art. 7(1)). Setting
    /// a switch to what it is already is no change and leaves no record.
    fn change_preferences(
        &self,
        personalization: Option<bool>,
        usage_logging: Option<bool>,
        policy_version: String,
    ) -> Vec<AccountEvent> {
        let change = |from: bool, to: Option<bool>| {
            to.filter(|to| *to != from).map(|to| PreferenceChange { from, to })
        };
        let personalization = change(self.preferences.personalization, personalization);
        let usage_logging = change(self.preferences.usage_logging, usage_logging);
        if personalization.is_none() && usage_logging.is_none() {
            return Vec::new();
        }
        vec![AccountEvent::PreferencesChanged {
            account_id: self.account_id,
            personalization,
            usage_logging,
            policy_version,
        }]
    }
}

impl Snapshot for Account {
    const SCHEMA_VERSION: i32 = 1;
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Error = AccountError;
    type Services = Services;

    async fn handle(
        &mut self,
        command: AccountCommand,
        _services: &Services,
        sink: &EventSink<Self>,
    ) -> Result<(), AccountError> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Registered { account_id, email, name, preferences, .. } => {
                self.holder = Some(Holder { account_id, email, name, preferences });
            }
            AccountEvent::PreferencesChanged { personalization, usage_logging, .. } => {
                let Some(holder) = &mut self.holder else { return };
                let preferences = &mut holder.preferences;
                preferences.personalization = personalization.map_or(preferences.personalization, |c| c.to);
                preferences.usage_logging = usage_logging.map_or(preferences.usage_logging, |c| c.to);
            }
            AccountEvent::SignedIn { .. }
            | AccountEvent::SignedOut { .. }
            | AccountEvent::Reauthenticated { .. }
            | AccountEvent::PasswordChanged {} => {}
        }
    }
}
