//! `/settings/profile/billing-email`: where bills go besides the sign-in address.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use maud::html;
use serde_json::json;

use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[(Cause::Pointer("/billing_email"), "billing_email", id!("form-email-wrong"))];

/// Asks for the address.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    let present = visit.me().await?.profile.billing_email.clone().unwrap_or_default();
    page(&visit, &present, &Errors::default()).await
}

/// Changes it, or takes it away.
pub(in crate::settings) async fn change(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let address = sent.text("billing_email");
    let wanted = Some(address).filter(|address| !address.is_empty());
    let body = json!({"billing_email": wanted});
    match visit.v1.command(Method::PATCH, "/v1/me", Some(body), sent.key()).await {
        Ok(()) => Ok(done("/settings/profile", if wanted.is_some() { "billing" } else { "billing-removed" })),
        Err(refusal) => page(&visit, address, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, address: &str, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field = Field::email("billing_email", text.say("profile-billing"))
        .optional()
        .hint(text.say("billing-hint"))
        .value(address);
    let body = html! {
        p { (text.say("billing-lead")) }
        (form.around(&form.field(&field), &text.say("form-save")))
    };
    Ok(Page::new(text.say("billing-title"), body)
        .of(Section::Profile)
        .below("/settings/profile", text.say("profile-title"))
        .with_errors(errors)
        .show(visit))
}
