//! `/settings/profile/phone`: the phone that codes are sent to.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use domain::account::Channel;
use maud::html;
use serde_json::json;

use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Choice, Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, see};

const FIELDS: &[FieldError] = &[
    (Cause::Pointer("/number"), "number", id!("phone-wrong")),
    (Cause::Pointer("/channel"), "channel", id!("phone-channel-wrong")),
];

/// Asks for the number.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    page(&visit, ("", Channel::Sms.as_str()), &Errors::default()).await
}

/// Has a code sent there.
pub(in crate::settings) async fn change(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    // As people write it; the international form has none of these.
    let number: String = sent.text("number").chars().filter(|c| !" -()/.".contains(*c)).collect();
    let body = json!({"number": number, "channel": sent.text("channel")});
    match visit.v1.command(Method::PUT, "/v1/me/two-factor-phone", Some(body), sent.key()).await {
        Ok(()) => Ok(see("/settings/profile/phone/code")),
        Err(refusal) => {
            let errors = Errors::of(refusal, visit.text(), FIELDS)?;
            page(&visit, (sent.text("number"), sent.text("channel")), &errors).await
        }
    }
}

async fn page(visit: &Visit, (number, channel): (&str, &str), errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field = Field::phone("number", text.say("phone-number")).hint(text.say("phone-hint")).value(number);
    let choices = [
        Choice { value: Channel::Sms.as_str(), label: text.say("phone-sms"), hint: None },
        Choice { value: Channel::Call.as_str(), label: text.say("phone-call"), hint: None },
    ];
    let fields = html! {
        (form.field(&field))
        (form.choices("channel", &text.say("phone-channel"), &choices, channel))
    };
    let body = html! {
        p { (text.say("phone-lead")) }
        p class="note warning" {
            (text.say("phone-warning")) " "
            a href="/settings/security/factors" { (text.say("phone-safer")) }
        }
        (form.around(&fields, &text.say("phone-button")))
    };
    Ok(Page::new(text.say("phone-title"), body)
        .of(Section::Security)
        .below("/settings/security/factors", text.say("factors-title"))
        .with_errors(errors)
        .show(visit))
}
