//! What a deployment does with the data, as far as the program itself knows.

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
    pub(super) fn recipients(&self) -> Vec<String> {
        let mut recipients = vec![
            "Other members of your organizations: they see your name, the address you sign in with and your role."
                .to_owned(),
            "Those who run the service, and those who host it for them.".to_owned(),
        ];
        if let Some(host) = &self.mail_server {
            recipients.push(format!(
                "Those who run the mail server {host}, over which mails go to you: your address, your name and what the \
                 mails say."
            ));
        }
        if let Some(host) = &self.phone_gateway {
            recipients.push(format!(
                "Those who run the gateway {host}, over which codes go to your phone: your phone number and the codes."
            ));
        }
        if let Some(place) = &self.object_store {
            recipients.push(format!(
                "Those who run the object store {place}: archives such as this one, encrypted with a key that they do not \
                 have."
            ));
        }
        recipients
    }
}
