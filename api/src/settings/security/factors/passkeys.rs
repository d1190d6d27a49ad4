//! `/settings/security/factors/passkeys`: another passkey.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use maud::{Markup, html};
use serde_json::json;

use super::PATH;
use crate::routes::me::AddedPasskey;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::Page;
use crate::settings::passkey::{self, FIELD, Wanted, section};
use crate::settings::profile::recovery_codes;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[(Cause::Pointer("/name"), "name", id!("passkey-name-wrong"))];

/// Asks for its name.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, "", &html! {}, &Errors::default()).await
}

/// Adds it.
pub(in crate::settings) async fn add(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let name = sent.text("name");
    let Some(credential) = passkey::in_form(&sent) else { return ask_again(&visit, name).await };
    let body = json!({"name": name, "credential": credential});
    match visit.v1.send::<AddedPasskey>(Method::POST, "/v1/me/passkeys", Some(body), sent.key()).await {
        Ok(AddedPasskey { recovery_codes: Some(codes), .. }) => {
            let told = visit.text().say("factors-done-passkey-added");
            recovery_codes::shown(&visit, &codes, Some(told)).await
        }
        Ok(_) => Ok(done(PATH, "passkey-added")),
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), FIELDS)?;
            // What the device has made meanwhile counts for nothing, so the browser is told which do.
            page(&visit, name, &passkey::accepted(&visit).await, &errors).await
        }
    }
}

/// The browser was not asked, or in vain: either the holder was not asked lately whether it is them, which was done now, or
/// `/v1` says what is wrong.
async fn ask_again(visit: &Visit, name: &str) -> Result<Response, Refusal> {
    let errors = if name.is_empty() {
        Errors::at("name", visit.text().say("passkey-name-wrong"))
    } else {
        match visit.v1.command(Method::POST, Wanted::New.options(), None, None).await {
            Ok(()) => Errors::default(),
            Err(refusal) => Errors::of(refusal, visit.text(), FIELDS)?,
        }
    };
    let note = html! {
        @if errors.is_empty() { p class="note" role="status" { (visit.text().say("passkey-ready")) } }
    };
    page(visit, name, &note, &errors).await
}

async fn page(visit: &Visit, name: &str, note: &Markup, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let body = html! {
        p { (text.say("passkey-add-lead")) }
        @if let Some(why) = passkey::unavailable(visit) {
            p class="note" { (text.say(why)) }
        } @else {
            (note)
            p class="note warning" data-without-passkeys { (text.say("passkey-needs-script")) }
            (form(visit, name, errors))
            p { (text.say("passkey-add-ends")) }
        }
    };
    Ok(Page::new(text.say("passkey-add"), body).with_errors(errors).of_factors(visit).show(visit))
}

fn form(visit: &Visit, name: &str, errors: &Errors) -> Markup {
    let (text, form) = (visit.text(), Form::new(visit, errors));
    let field = Field::text("name", text.say("passkey-name")).hint(text.say("passkey-name-hint")).value(name);
    let fields = form.field(&field);
    section(text, Wanted::New, form, (FIELD, &fields), &text.say("passkey-make"))
}
