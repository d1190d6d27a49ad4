//! The pages for account holders: those below `/settings/`, which show and change what is theirs, and those below `/links/`,
//! where links in mails lead. None needs a script.
//!
//! A page is a client of `/v1` within this process ([`V1`](v1::V1)), and knows nothing that a program at `/v1` could not know:
//! guards, limits, repeats and what is recorded are those of `/v1`. What always holds:
//!
//! - A form is answered by a redirect to a page that shows what came of it, or by the same form with what was wrong.
//! - A form sent twice is one command ([`Sent`](sent::Sent)); one sent by another site's page is none.
//! - Where `/v1` wants the password again, it is asked for, and what was asked goes on ([`confirm`]).
//! - Below `/settings/desk/` it is operators who see, with sessions of their own ([`desk`]): an account's session opens nothing
//!   there, and an operator's nothing elsewhere.
//! - No answer is kept by a cache, and nothing in a page is run or loaded but files of ours ([`around`]).

mod around;
mod arrival;
mod assets;
mod catch_all;
mod confirm;
mod copied;
mod delete;
mod desk;
mod desk_entrance;
mod desk_section;
mod device_words;
mod errors;
mod faults;
mod files;
mod form;
mod go_on;
mod history;
mod home;
mod ids;
mod law;
mod layout;
mod links;
mod listing;
mod mailbox;
mod next;
mod organizations;
mod page;
mod pages;
mod passkey;
mod phone_words;
mod privacy;
mod profile;
mod projects;
mod refusal;
mod security;
mod sent;
mod sign_in;
mod v1;
mod visit;
mod zone;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get};

use crate::state::AppState;
use pages::Pages;

/// Every page, by its path. One that is not in this list is not served, and a browser reads each of them in the tests.
fn all() -> Vec<(&'static str, MethodRouter<Pages>)> {
    let mut all = vec![("/", get(home::show)), ("/settings/confirm", get(go_on::show).post(go_on::go_on))];
    all.extend(sign_in::pages());
    all.extend(profile::pages());
    all.extend(organizations::pages());
    all.extend(projects::pages());
    all.extend(security::pages());
    all.extend(history::pages());
    all.extend(delete::pages());
    all.extend(privacy::pages());
    all.extend(links::pages());
    all.extend(desk::pages());
    all
}

/// Where the pages are.
pub fn paths() -> impl Iterator<Item = &'static str> {
    all().into_iter().chain(mailbox::pages()).map(|(path, _)| path)
}

/// The pages, as clients of `v1`.
pub(crate) fn routes(state: &AppState, v1: Router) -> Router<AppState> {
    let pages = Pages::new(state.clone(), v1);
    let mailbox = state.config.mailbox.iter().flat_map(|_| mailbox::pages());
    let router =
        all().into_iter().chain(mailbox).fold(Router::new(), |router, (path, page)| router.route(path, page));
    router
        .route("/settings", get(catch_all::first))
        .route("/settings/", get(catch_all::first))
        .route("/settings/desk", get(catch_all::desk))
        .route("/settings/desk/", get(catch_all::desk))
        .route("/settings/assets/{name}", get(files::show))
        .route("/settings/{*rest}", get(catch_all::nothing))
        .route("/links/", get(catch_all::nothing))
        .route("/links/{*rest}", get(catch_all::nothing))
        .method_not_allowed_fallback(crate::routes::wrong_method)
        .layer(from_fn_with_state(pages.clone(), around::around))
        .with_state(pages)
}
