//! What a deployment does with the data, as far as the program itself knows.

use catalogue::Text;

/// How the switches of a new account stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// On, until the person switches them off: legitimate interest (ADR 0005).
    #[default]
    OptOut,
    /// Off, until the person switches them on: consent.
    OptIn,
}

/// What the default statement follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Practice {
    /// How the switches of a new account stand.
    pub consent: Consent,
    /// The host of the mail server, where mail is sent.
    pub mail_server: Option<String>,
    /// The host of the gateway that delivers texts and calls, where there is one.
    pub phone_gateway: Option<String>,
    /// Where archives lie, where that is elsewhere than on a disk of the program's own.
    pub object_store: Option<String>,
}

impl Practice {
    /// Who receives data by the way the program is configured.
    pub(super) fn recipients(&self, text: &Text) -> Vec<String> {
        let mut recipients =
            vec![text.say("statement-recipient-members"), text.say("statement-recipient-operator")];
        if let Some(host) = &self.mail_server {
            recipients.push(text.say_with("statement-recipient-mail", [("host", host.into())]));
        }
        if let Some(host) = &self.phone_gateway {
            recipients.push(text.say_with("statement-recipient-phone", [("host", host.into())]));
        }
        if let Some(place) = &self.object_store {
            recipients.push(text.say_with("statement-recipient-objects", [("place", place.into())]));
        }
        recipients
    }
}
