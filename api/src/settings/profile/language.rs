//! `/settings/profile/language`: the language to be spoken to in.

use axum::http::Method;
use axum::response::Response;
use catalogue::{Text, id};
use domain::Language;
use maud::html;
use serde_json::json;

use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Choice, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[(Cause::Pointer("/language"), "language", id!("language-wrong"))];

/// Asks for the language.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    let present = visit.me().await?.profile.language.clone().unwrap_or_default();
    page(&visit, &present, &Errors::default()).await
}

/// Changes it.
pub(in crate::settings) async fn change(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let language = sent.text("language");
    let wanted = Some(language).filter(|language| !language.is_empty());
    let body = json!({"language": wanted});
    match visit.v1.command(Method::PATCH, "/v1/me", Some(body), sent.key()).await {
        Ok(()) => Ok(done("/settings/profile", "language")),
        Err(refusal) => page(&visit, language, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, language: &str, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let of_browser = Choice { value: "", label: text.say("language-of-browser"), hint: None };
    let choice = |language: &Language| Choice {
        value: language.as_str(),
        label: text.say(name(*language)),
        hint: None,
    };
    let choices: Vec<Choice> = std::iter::once(of_browser).chain(Language::ALL.iter().map(choice)).collect();
    let form = Form::new(visit, errors);
    let fields = form.choices("language", &text.say("profile-language"), &choices, language);
    let body = html! {
        p { (text.say("language-lead")) }
        (form.around(&fields, &text.say("form-save")))
    };
    Ok(Page::new(text.say("language-title"), body)
        .of(Section::Profile)
        .below("/settings/profile", text.say("profile-title"))
        .with_errors(errors)
        .show(visit))
}

/// Its own name for itself.
fn name(language: Language) -> &'static str {
    match language {
        Language::En => id!("language-en"),
        Language::De => id!("language-de"),
    }
}

/// The language that was chosen, in words.
pub(super) fn chosen(language: Option<&str>, text: &Text) -> String {
    let language = language.and_then(|language| language.parse().ok());
    text.say(language.map_or(id!("language-of-browser"), name))
}
