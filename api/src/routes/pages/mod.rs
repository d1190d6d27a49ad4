//! The few pages there are: where links in mails lead, the account, and the description of the interface for people.
//!
//! A link in a mail does nothing by being opened: mail scanners open them all. Its page asks, and only a press of a
//! button sends what is wanted to `/v1`. The token stands behind the `#` of the address, which no browser sends: so it
//! is in no log of ours and in no `Referer`.

mod account;
mod docs;
mod home;
mod links;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};
use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

/// Pages load what is ours alone, and send to us alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("links.js");
const ACCOUNT_SCRIPT: &str = include_str!("account.js");

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/", get(home::show))
        .route("/account", get(account::show))
        .route("/docs", get(docs::show))
        .route("/links/{name}", get(links::show))
        .route("/assets/page.css", get(|| asset("text/css; charset=utf-8", STYLE)))
        .route("/assets/links.js", get(|| asset("text/javascript; charset=utf-8", SCRIPT)))
        .route("/assets/account.js", get(|| asset("text/javascript; charset=utf-8", ACCOUNT_SCRIPT)))
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text)
}

/// A whole page.
fn page(title: &str, script: Option<&str>, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/assets/page.css";
                @if let Some(script) = script {
                    script src=(script) defer {}
                }
            }
            body { main { (body) } }
        }
    };
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(page.into_string())).into_response()
}
