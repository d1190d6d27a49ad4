//! `/settings/desk/operators`: who is let in, and with what.

use axum::response::Response;
use catalogue::{Text, id};
use chrono::{DateTime, Utc};
use domain::OperatorId;
use maud::{Markup, html};

use super::Section;
use crate::routes::admin::{OperatorBody, OperatorList};
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// Shows them: those who are let in before those who no longer are.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    let here = visit.operator().await?.operator_id;
    let found: OperatorList = visit.v1.get("/v1/admin/operators").await?;
    let (text, now) = (visit.text(), visit.now());
    let has_ended = |operator: &OperatorBody| {
        operator.revoked_at.is_some() || operator.expires_at.is_some_and(|at| at <= now)
    };
    let (ended, let_in): (Vec<_>, Vec<_>) = found.items.iter().partition(|operator| has_ended(operator));
    let body = html! {
        p { (text.say("desk-operators-lead")) }
        section class="card" aria-labelledby="let-in" {
            h2 id="let-in" { (text.say("desk-operators-let-in")) }
            ul class="list" { @for operator in let_in { (item(text, operator, here)) } }
        }
        @if !ended.is_empty() {
            section class="card" aria-labelledby="ended" {
                h2 id="ended" { (text.say("desk-operators-ended")) }
                ul class="list" { @for operator in ended { (item(text, operator, here)) } }
            }
        }
    };
    Ok(Page::new(text.say("desk-operators"), body).of_desk(Section::Operators).show(&visit))
}

fn item(text: &Text, operator: &OperatorBody, here: OperatorId) -> Markup {
    let at = |id: &'static str, at: DateTime<Utc>| text.say_with(id, [("at", text.moment(at).into())]);
    let used = operator
        .last_used_at
        .map_or_else(|| text.say("desk-operator-unused"), |used| at(id!("desk-operator-used"), used));
    let until = match (operator.revoked_at, operator.expires_at) {
        (Some(revoked), _) => at(id!("desk-operator-revoked"), revoked),
        (None, Some(until)) => at(id!("desk-operator-until"), until),
        (None, None) => text.say("desk-operator-no-end"),
    };
    html! {
        li {
            div {
                strong { (operator.name) }
                @for scope in &operator.scopes { " " span class="badge" { (scope.as_str()) } }
                @if operator.id == here { " " span class="badge" { (text.say("desk-operator-you")) } }
            }
            div class="quiet" { (at(id!("desk-operator-made"), operator.made_at)) " · " (used) " · " (until) }
            div class="quiet" { code { (operator.id) } }
        }
    }
}
