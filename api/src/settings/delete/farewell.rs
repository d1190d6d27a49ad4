//! `/settings/farewell`: what is left to say when the account has ended.

use axum::response::Response;
use maud::html;

use crate::settings::page::Page;
use crate::settings::visit::{Visit, see};

/// Where it is.
pub(super) const PATH: &str = "/settings/farewell";

/// Says farewell; who still has an account goes on to it.
pub(in crate::settings) async fn show(visit: Visit) -> Response {
    if visit.me().await.is_ok() {
        return see("/settings/profile");
    }
    let text = visit.text();
    let body = html! {
        p { (text.say("farewell-lead")) }
        p { (text.say("farewell-personal")) }
        p { (text.say("farewell-again")) }
        p { (text.say("farewell-thanks")) }
    };
    Page::new(text.say("farewell-title"), body).show(&visit)
}
