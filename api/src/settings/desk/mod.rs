//! The privacy desk, below `/settings/desk/`: what those who run the service see of privacy requests, and of what keeps them
//! from being answered.
//!
//! A page asks `/v1/admin` within this process as the operator who is signed in here ([`entrance`]): what they may see, and that
//! each look is on record, is decided there and nowhere else.

mod accounts;
mod charts;
mod durations;
mod entrance;
mod found;
mod log;
mod numbers;
mod operators;
mod request;
mod requests;
mod sign_in;
mod sign_out;
mod story;
mod waiting;
mod words;

use axum::routing::{MethodRouter, get, post};
use catalogue::id;

pub(super) use entrance::Entrance;

use super::pages::Pages;

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

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![
        (SIGN_IN, get(sign_in::show).post(sign_in::sign_in)),
        (SIGN_OUT, get(sign_out::show).merge(post(sign_out::sign_out))),
        (HOME, get(requests::show)),
        ("/settings/desk/requests/{id}", get(request::show)),
        ("/settings/desk/accounts", get(accounts::show).post(accounts::search)),
        ("/settings/desk/accounts/{id}", get(found::show)),
        ("/settings/desk/waiting", get(waiting::show).post(waiting::retry)),
        ("/settings/desk/log", get(log::show)),
        ("/settings/desk/operators", get(operators::show)),
    ]
}
