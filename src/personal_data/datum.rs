//! What there is of a person.

use domain::Scope;

macro_rules! data {
    ($($(#[$doc:meta])* $name:ident $title:literal;)*) => {
        /// A kind of personal datum.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Datum {
            $($(#[$doc])* $name,)*
        }

        impl Datum {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What it is called.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

data! {
    /// The name to greet with.
    Name "Name";
    /// The address to sign in with.
    SignInAddress "Sign-in address";
    /// Where bills go.
    BillingAddress "Billing address";
    /// An address that waits to be confirmed, and one that can still be gone back to.
    OtherAddress "Pending and former address";
    /// The number that codes go to.
    Phone "Phone number";
    /// The language and the time zone that were chosen.
    Locale "Language and time zone";
    /// Where requests came from.
    IpAddress "IP address";
    /// With which program.
    UserAgent "User agent";
    /// Which programs, browsers and places were seen before.
    Device "Known devices";
    /// Wrong passwords and codes, until the holder is told.
    FailedTries "Failed tries";
    /// What was done with the product.
    Usage "Collected usage";
    /// How the switches stand and stood.
    Consent "Switches and consent";
    /// In which organizations, in which role.
    Membership "Memberships and roles";
    /// What was asked of us under the law.
    Requests "Privacy requests";
    /// The password.
    Password "Password";
    /// Codes that are sent, and those on paper.
    Codes "Codes and recovery codes";
    /// What an authenticator app shares with us.
    AuthenticatorApp "Secret of the authenticator app";
    /// Passkeys: their names, and what their signatures are verified with.
    Passkeys "Passkeys";
    /// What mails lead to.
    LinkTokens "Tokens of links";
    /// Who is signed in.
    Sessions "Sessions";
    /// What machines show for a person.
    GdprToken "GDPR token";
    /// The address of an invited person, who has no account yet.
    InvitedAddress "Address of an invited person";
    /// What it is all found by.
    AccountId "Account id";
}

impl Datum {
    /// The scope of its key, where it is sealed with one of the person's.
    pub fn scope(self) -> Option<Scope> {
        match self {
            Self::Name
            | Self::SignInAddress
            | Self::BillingAddress
            | Self::OtherAddress
            | Self::Phone
            | Self::Locale
            | Self::AuthenticatorApp
            | Self::Passkeys => Some(Scope::Profile),
            Self::IpAddress | Self::UserAgent | Self::Device | Self::FailedTries => Some(Scope::Activity),
            Self::Usage
            | Self::Consent
            | Self::Membership
            | Self::Requests
            | Self::Password
            | Self::Codes
            | Self::LinkTokens
            | Self::Sessions
            | Self::GdprToken
            | Self::InvitedAddress
            | Self::AccountId => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use catalogue::{Catalogue, Language};
    use domain::law::Laws;
    use workers::privacy_requests::archive::{Practice, Statement};

    use super::Datum;

    /// The words with which a statement tells of a datum.
    fn words(datum: Datum) -> &'static str {
        match datum {
            Datum::Name => "your name",
            Datum::SignInAddress => "the address you sign in with",
            Datum::BillingAddress => "a billing address",
            Datum::OtherAddress => "former addresses",
            Datum::Phone => "phone number",
            Datum::Locale => "the language and the time zone",
            Datum::IpAddress => "IP address",
            Datum::UserAgent => "user agent",
            Datum::Device => "Known devices",
            Datum::FailedTries => "failed tries",
            Datum::Usage => "Use of the product",
            Datum::Consent => "the two switches",
            Datum::Membership => "your role in each",
            Datum::Requests => "Requests about your data",
            Datum::Password => "Of your password only a hash",
            Datum::Codes => "recovery codes",
            Datum::AuthenticatorApp => "shared with an authenticator app",
            Datum::Passkeys => "public keys of passkeys",
            Datum::LinkTokens => "tokens in links",
            Datum::Sessions => "Sessions:",
            Datum::GdprToken => "Token for the GDPR APIs",
            Datum::InvitedAddress => "address of an invited person",
            Datum::AccountId => "account id",
        }
    }

    #[test]
    fn the_default_statement_tells_of_every_datum() {
        let english = Catalogue::built_in().text(Language::En);
        let statement = Statement::of(&Practice::default(), &english);
        for law in Laws::built_in().iter() {
            let text = statement.to_text(law, &english);
            for datum in Datum::ALL {
                assert!(text.contains(words(*datum)), "{}: {datum:?}", law.id);
            }
        }
    }
}
