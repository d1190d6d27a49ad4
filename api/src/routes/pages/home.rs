//! `GET /`: where one has come to, and what there is.

use axum::response::{IntoResponse, Response};
use maud::html;

use super::page;

pub(super) async fn show() -> Response {
    let body = html! {
        h1 { "Personal settings" }
        p {
            "This service keeps the settings of account holders, and lets them have their data handed over or erased. It is \
             asked over HTTP by the product that it stands beside."
        }
        ul {
            li { a href="/account" { "Your account" } ": what you asked for, the copy of your data, your password" }
            li { a href="/docs" { "The interface" } ", for people" }
            li { a href="/openapi.json" { "The same" } ", for programs (OpenAPI 3.1)" }
            li { a href="/readyz" { "Whether it can serve" } }
        }
        p { "A link from a mail opens on its own page." }
    };
    page("Personal settings", None, &body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::text_of;

    #[tokio::test]
    async fn the_first_page_leads_to_what_there_is() {
        let text = text_of(show().await).await;
        for path in ["/account", "/docs", "/openapi.json", "/readyz"] {
            assert!(text.contains(&format!("href=\"{path}\"")), "{text}");
        }
    }
}
