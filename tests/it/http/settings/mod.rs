//! The pages below `/settings/`, used as by a browser that runs no script.

mod browser;
mod confirming;
mod delete;
mod desk;
mod desk_pages;
mod factors;
mod forms;
mod guarded;
mod history;
mod links;
mod mailbox;
mod organizations;
mod preferences;
mod privacy;
mod privacy_requests;
mod profile;
mod projects;
mod security;
mod signing_in;

pub(super) use browser::Browser;

use crate::support::PASSWORD;
use browser::Shown;

/// The second step of signing in, to which address and password lead.
async fn sign_in_by(browser: &Browser, email: &str) -> Shown {
    let page = browser.open("/settings/sign-in").await;
    let asked = browser.submit(&page, &[("email", email), ("password", PASSWORD)]).await;
    asked.at("/settings/sign-in").status(200).shows(&["name=\"code\""]);
    asked
}
