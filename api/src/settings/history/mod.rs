//! *History*: what happened to the account, in words, and how it stood at any instant.

mod entries;
mod filter;
mod list;
mod rows;
pub(super) mod shared;
mod state;
mod told;

use axum::routing::{MethodRouter, get};

pub(super) use entries::{by_day, by_whom};
pub(super) use told::{Reader, sentence};

use super::pages::Pages;

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![("/settings/history", get(list::show)), ("/settings/history/at", get(state::show))]
}
