//! `GET /`: where one has come to, and what there is.

use maud::html;

use super::Page;

pub(super) fn page() -> Page {
    let body = html! {
        h1 { "Personal settings" }
        p {
            "This service keeps the settings of account holders, and lets them have their data handed over or erased. It is \
             asked over HTTP by the product that it stands beside."
        }
        ul {
            li { a href="/settings/" { "Your settings" } ": profile and password, your data, what may be kept of it" }
            li { a href="/docs" { "The interface" } ", for people" }
            li { a href="/openapi.json" { "The same" } ", for programs (OpenAPI 3.1)" }
            li { a href="/problems" { "Problems" } ", what each means and what to do" }
            li { a href="/readyz" { "Whether it can serve" } }
        }
        p { "A link from a mail opens on its own page." }
    };
    Page::plain("/".to_owned(), "Personal settings", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_leads_to_what_there_is() {
        let text = page().render();
        for path in ["/settings/", "/docs", "/openapi.json", "/readyz"] {
            assert!(text.contains(&format!("href=\"{path}\"")), "{text}");
        }
    }
}
