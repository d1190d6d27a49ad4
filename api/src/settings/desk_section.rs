//! Where the privacy desk is, and what it has.

use catalogue::id;

/// Where the desk begins.
pub(super) const HOME: &str = "/settings/desk/requests";
/// Where operators sign in.
pub(super) const SIGN_IN: &str = "/settings/desk/sign-in";
/// Where operators sign out.
pub(super) const SIGN_OUT: &str = "/settings/desk/sign-out";

/// Part of the desk, as its navigation names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Privacy requests of all accounts.
    Requests,
    /// One account, found by what is known of it.
    Accounts,
    /// Events and messages that were not taken.
    Waiting,
    /// Whether the log is whole, and read models are with it.
    Log,
    /// Who is let in.
    Operators,
}

impl Section {
    /// Every one, as the navigation lists them.
    pub(super) const ALL: &'static [Self] =
        &[Self::Requests, Self::Accounts, Self::Waiting, Self::Log, Self::Operators];

    /// Where it begins.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Requests => HOME,
            Self::Accounts => "/settings/desk/accounts",
            Self::Waiting => "/settings/desk/waiting",
            Self::Log => "/settings/desk/log",
            Self::Operators => "/settings/desk/operators",
        }
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Requests => id!("desk-requests"),
            Self::Accounts => id!("desk-accounts"),
            Self::Waiting => id!("desk-waiting"),
            Self::Log => id!("desk-log"),
            Self::Operators => id!("desk-operators"),
        }
    }
}
