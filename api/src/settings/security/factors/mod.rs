//! Second factors: passkeys, an authenticator app, the phone, and the codes that stand for them.

mod app;
mod app_code;
mod app_removal;
mod left;
mod overview;
mod passkey_name;
mod passkey_removal;
mod passkeys;

use axum::routing::{MethodRouter, get};

use crate::settings::page::Page;
use crate::settings::page::Section;
use crate::settings::pages::Pages;
use crate::settings::visit::Visit;

/// Where they are.
pub(in crate::settings) const PATH: &str = "/settings/security/factors";

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![
        (PATH, get(overview::show)),
        ("/settings/security/factors/passkeys", get(passkeys::show).post(passkeys::add)),
        ("/settings/security/factors/passkeys/{id}", get(passkey_name::show).post(passkey_name::change)),
        (
            "/settings/security/factors/passkeys/{id}/remove",
            get(passkey_removal::show).post(passkey_removal::remove),
        ),
        ("/settings/security/factors/app", get(app::show).post(app::begin)),
        ("/settings/security/factors/app/code", get(app_code::show).post(app_code::verify)),
        ("/settings/security/factors/app/remove", get(app_removal::show).post(app_removal::remove)),
    ]
}

impl<'a> Page<'a> {
    /// A page about one of the factors.
    fn of_factors(self, visit: &Visit) -> Page<'a> {
        self.of(Section::Security).below(PATH, visit.text().say("factors-title"))
    }
}
