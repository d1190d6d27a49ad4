//! *Data & Privacy*: the token for the GDPR APIs, asking for one's data and for its deletion, and what may be kept at all.

mod activity;
mod archive;
mod cancel;
mod disable;
mod download;
mod erasure;
mod export;
mod overview;
mod progress;
mod request;
mod requests;
mod standing;
mod token;
mod token_end;

use axum::routing::{MethodRouter, get};

use super::pages::Pages;

/// Where the section begins.
const HOME: &str = "/settings/privacy";

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![
        (HOME, get(overview::show).post(overview::turn)),
        ("/settings/privacy/token", get(token::show).post(token::make)),
        ("/settings/privacy/token/revoke", get(token_end::show).post(token_end::revoke)),
        ("/settings/privacy/export", get(export::show).post(export::ask)),
        ("/settings/privacy/erasure", get(erasure::show).post(erasure::ask)),
        ("/settings/privacy/requests/{id}", get(request::show)),
        ("/settings/privacy/requests/{id}/cancel", get(cancel::show).post(cancel::cancel)),
        ("/settings/privacy/requests/{id}/download", get(download::show)),
        ("/settings/privacy/requests/{id}/archive", get(archive::show)),
        ("/settings/privacy/requests/{id}/disable", get(disable::show).post(disable::disable)),
    ]
}
