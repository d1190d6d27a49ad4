//! *Security*: where one is signed in, and what protects the account.

pub(super) mod factors;
mod overview;
mod protection;
mod removal;
mod sessions;

use axum::routing::{MethodRouter, get};

use super::pages::Pages;

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    let mut all = vec![("/settings/security", get(overview::show).post(overview::change))];
    all.extend(factors::pages());
    all
}
