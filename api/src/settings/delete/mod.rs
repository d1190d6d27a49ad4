//! *Delete account*: what goes and what stays, who takes over, and the last word.

mod farewell;
mod overview;
mod owners;

use axum::routing::{MethodRouter, get};

use super::pages::Pages;

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![
        ("/settings/delete", get(overview::show).post(overview::delete)),
        (farewell::PATH, get(farewell::show)),
    ]
}
