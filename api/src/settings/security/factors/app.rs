//! `/settings/security/factors/app`: an authenticator app. What it is told is the answer to the form, and never shown again.

use axum::http::Method;
use axum::response::Response;
use maud::{Markup, PreEscaped, html};

use super::app_code;
use crate::routes::me::NewApp;
use crate::settings::copied::copied;
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::Visit;

/// Letters of the key that stand together.
const GROUP: usize = 4;

/// Says what is needed.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, &Errors::default()).await
}

/// Shows what the app is told, and asks for its first code.
pub(in crate::settings) async fn begin(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    match visit.v1.send::<NewApp>(Method::POST, "/v1/me/totp", None, sent.key()).await {
        Ok(app) => told(&visit, &app).await,
        Err(refusal) => page(&visit, &Errors::of(refusal, visit.text(), &[])?).await,
    }
}

async fn page(visit: &Visit, errors: &Errors) -> Result<Response, Refusal> {
    let has_one = visit.me().await?.two_factor.as_ref().is_some_and(|set| set.app);
    let text = visit.text();
    let body = html! {
        p { (text.say("app-lead")) }
        @if has_one { p class="note" { (text.say("app-replaces")) } }
        (Form::new(visit, errors).around(&html! {}, &text.say("app-begin")))
    };
    Ok(Page::new(text.say("app-add"), body).with_errors(errors).of_factors(visit).show(visit))
}

async fn told(visit: &Visit, app: &NewApp) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let errors = Errors::default();
    let body = html! {
        ol class="how" {
            li {
                h2 { (text.say("app-scan")) }
                div class="qr" role="img" aria-label=(text.say("app-qr")) { (drawing(&app.qr_code)) }
                p { (text.say("app-same-device")) " " a href=(app.uri) { (text.say("app-open")) } }
                h3 { (text.say("app-or-type")) }
                p { (text.say("app-type-lead")) }
                p { (copied(text, "app-key", &text.say("app-key"), &in_groups(&app.secret))) }
            }
            li {
                h2 { (text.say("app-code-title")) }
                p { (text.say_with("app-code-until", [("at", text.moment(app.expires_at).into())])) }
                (app_code::form(visit, &errors))
            }
        }
    };
    Ok(Page::new(text.say("app-add"), body).secret().of_factors(visit).show(visit))
}

/// The drawing as an element of the page: without the head of a file.
fn drawing(svg: &str) -> Markup {
    let begins = svg.find("<svg").unwrap_or_default();
    PreEscaped(svg.get(begins..).unwrap_or_default().to_owned())
}

fn in_groups(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_typed_in_groups_and_a_drawing_has_no_head() {
        assert_eq!(in_groups("GEZDGNBVGY"), "GEZD GNBV GY");
        assert_eq!(drawing("<?xml version=\"1.0\"?><svg>x</svg>").into_string(), "<svg>x</svg>");
        assert_eq!(drawing("").into_string(), "");
    }
}
