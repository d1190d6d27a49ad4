//! `/settings/delete`: all that is to be known before, and the form that ends the account.

use axum::http::Method;
use axum::response::Response;
use catalogue::Text;
use maud::{Markup, html};

use super::farewell;
use super::owners::{self, Chosen};
use crate::problem::Kind;
use crate::routes::me::{Deletion, EndingExport, Me, MyOrganization};
use crate::settings::errors::Errors;
use crate::settings::form::{Field, Form};
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, see};

/// Shows it; the password was given lately.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.me().await?;
    page(&visit, &Chosen::default(), &Errors::default()).await
}

/// Ends the account.
pub(in crate::settings) async fn delete(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let standing: Deletion = visit.v1.get("/v1/me/deletion").await?;
    let chosen = Chosen::of(&sent, &standing.organizations);
    if let Err(errors) = chosen.check(text, &standing.organizations).and_then(|()| sure(text, &sent)) {
        return page(&visit, &chosen, &errors).await;
    }
    let wish = chosen.wish(&standing.organizations);
    match visit.v1.command(Method::POST, "/v1/me/deletion", Some(wish), sent.key()).await {
        Ok(()) => Ok(see(farewell::PATH)),
        Err(refusal) => page(&visit, &chosen, &errors_of(refusal, text)?).await,
    }
}

/// What stands in the way although all was chosen: others have changed who belongs to an organization.
fn errors_of(refusal: Refusal, text: &Text) -> Result<Errors, Refusal> {
    if refusal.kind != Kind::OwnersNeeded {
        return Errors::of(refusal, text, &[]);
    }
    let names: Vec<&str> = refusal.organizations.iter().map(|needing| needing.name.as_str()).collect();
    let names = names.join(", ");
    Ok(Errors::at("owners", text.say_with("delete-owners-changed", [("organizations", names.into())])))
}

/// Whether the words were typed and the box was ticked.
fn sure(text: &Text, sent: &Sent) -> Result<(), Errors> {
    let words = text.say("delete-words-expected");
    if sent.text("words").to_lowercase() != words.to_lowercase() {
        return Err(Errors::at("words", text.say_with("delete-words-wrong", [("words", words.into())])));
    }
    if !sent.is_ticked("sure") {
        return Err(Errors::at("sure", text.say("delete-tick-missing")));
    }
    Ok(())
}

async fn page(visit: &Visit, chosen: &Chosen, errors: &Errors) -> Result<Response, Refusal> {
    let text = visit.text();
    let standing: Deletion = visit.v1.get("/v1/me/deletion").await?;
    let left = left(visit.me().await?, &standing);
    let form = Form::new(visit, errors);
    let words = text.say("delete-words-expected");
    let field = Field::text("words", text.say_with("delete-words", [("words", words.into())]));
    let fields = html! {
        @if !standing.organizations.is_empty() {
            (owners::choices(text, errors, &standing.organizations, chosen))
        }
        section class="card" aria-labelledby="final" {
            h2 id="final" { (text.say("delete-final")) }
            (form.field(&field))
            (form.checkbox("sure", &text.say("delete-tick"), false))
        }
    };
    let body = html! {
        p { strong { (text.say("delete-lead")) } }
        (what_goes(text, &left))
        (what_stays(text))
        @if !standing.exports.is_empty() { (exports(text, &standing.exports)) }
        (form.around_danger(&fields, &text.say("delete-button")))
        p { a href="/settings/profile" { (text.say("delete-keep")) } }
    };
    Ok(Page::new(text.say("delete-title"), body).of(Section::Delete).with_errors(errors).show(visit))
}

/// The names of the organizations that have other owners.
fn left(me: &Me, standing: &Deletion) -> String {
    let needs_owner = |left: &MyOrganization| {
        standing.organizations.iter().any(|needing| needing.id.to_string() == left.id)
    };
    let left = me.organizations.iter().filter(|organization| !needs_owner(organization));
    left.map(|organization| organization.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn what_goes(text: &Text, left: &str) -> Markup {
    html! {
        section class="card" aria-labelledby="goes" {
            h2 id="goes" { (text.say("delete-goes")) }
            ul {
                li { (text.say("delete-goes-access")) }
                li { (text.say("delete-goes-organizations")) }
                @if !left.is_empty() {
                    li { (text.say_with("delete-goes-leaves", [("organizations", left.into())])) }
                }
                li { (text.say("delete-goes-personal")) }
                li { (text.say("delete-goes-usage")) }
                li { (text.say("delete-goes-copies")) }
            }
        }
    }
}

fn what_stays(text: &Text) -> Markup {
    html! {
        section class="card" aria-labelledby="stays" {
            h2 id="stays" { (text.say("delete-stays")) }
            ul {
                li { (text.say("delete-stays-projects")) }
                li { (text.say("delete-stays-history")) }
                li { (text.say("delete-stays-backups")) }
            }
        }
    }
}

/// Copies of the data that would be lost.
fn exports(text: &Text, exports: &[EndingExport]) -> Markup {
    let told = |export: &EndingExport| {
        let id = export.id.to_string();
        match export.available_until {
            Some(until) => text
                .say_with("delete-export-ready", [("until", text.moment(until).into()), ("id", id.into())]),
            None => text.say_with("delete-export-open", [("id", id.into())]),
        }
    };
    html! {
        section class="card" aria-labelledby="exports" {
            h2 id="exports" { (text.say("delete-exports")) }
            p class="note warning" { (text.say("delete-exports-lead")) }
            ul { @for export in exports { li { (told(export)) } } }
        }
    }
}
