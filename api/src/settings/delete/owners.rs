//! Organizations that need a new owner: each with those who could be one, of whom one is chosen.

use std::collections::{BTreeMap, BTreeSet};

use catalogue::Text;
use maud::{Markup, html};
use serde_json::{Value, json};

use crate::problem::{Candidate, OwnerNeeded};
use crate::settings::errors::Errors;
use crate::settings::organizations::role_name;
use crate::settings::sent::Sent;

/// Where what is wrong with a choice is told.
const FIELD: &str = "owners";
/// Chosen where the organization is to be closed.
const CLOSE: &str = "close";

/// What was chosen, by organization.
#[derive(Default)]
pub(super) struct Chosen(BTreeMap<String, String>);

impl Chosen {
    /// What a form has sent.
    pub(super) fn of(sent: &Sent, organizations: &[OwnerNeeded]) -> Self {
        let choice = |organization: &OwnerNeeded| {
            (organization.id.to_string(), sent.text(&field(organization)).to_owned())
        };
        Self(organizations.iter().map(choice).collect())
    }

    fn for_organization(&self, organization: &OwnerNeeded) -> Option<&str> {
        let chosen = self.0.get(&organization.id.to_string())?.as_str();
        let may_be =
            organization.candidates.iter().any(|candidate| candidate.account_id.to_string() == chosen)
                || (organization.candidates.is_empty() && chosen == CLOSE);
        may_be.then_some(chosen)
    }

    /// What is wrong, where for one of them nothing was chosen that can be.
    pub(super) fn check(&self, text: &Text, organizations: &[OwnerNeeded]) -> Result<(), Errors> {
        match organizations.iter().find(|organization| self.for_organization(organization).is_none()) {
            None => Ok(()),
            Some(missing) => Err(Errors::at(FIELD, missing_words(text, missing))),
        }
    }

    /// The wish to end the account, for `/v1`.
    pub(super) fn wish(&self, organizations: &[OwnerNeeded]) -> Value {
        let mut successors = BTreeMap::new();
        let mut close = BTreeSet::new();
        for organization in organizations {
            match self.for_organization(organization) {
                Some(CLOSE) => drop(close.insert(organization.id.to_string())),
                Some(account) => drop(successors.insert(organization.id.to_string(), account)),
                None => {}
            }
        }
        json!({"confirm": true, "successors": successors, "close": close})
    }
}

fn field(organization: &OwnerNeeded) -> String {
    format!("owner-{}", organization.id)
}

fn missing_words(text: &Text, organization: &OwnerNeeded) -> String {
    let name = [("organization", (&organization.name).into())];
    if organization.candidates.is_empty() {
        text.say_with("delete-owner-missing-close", name)
    } else {
        text.say_with("delete-owner-missing", name)
    }
}

/// The choices, one organization after the other.
pub(super) fn choices(
    text: &Text,
    errors: &Errors,
    organizations: &[OwnerNeeded],
    chosen: &Chosen,
) -> Markup {
    let is_wrong = errors.of_field(FIELD).is_some();
    html! {
        section class="card" id=(FIELD) aria-labelledby="owners-title" {
            h2 id="owners-title" { (text.say("delete-owners")) }
            p { (text.say("delete-owners-lead")) }
            @for organization in organizations {
                (of_one(text, organization, chosen.for_organization(organization), is_wrong))
            }
        }
    }
}

fn of_one(text: &Text, organization: &OwnerNeeded, chosen: Option<&str>, is_wrong: bool) -> Markup {
    let name = field(organization);
    let is_missing = is_wrong && chosen.is_none();
    let error = format!("{name}-error");
    html! {
        fieldset class=(if is_missing { "field wrong" } else { "field" }) aria-describedby=[is_missing.then_some(&error)] {
            legend { (text.say_with("delete-owner-of", [("organization", (&organization.name).into())])) }
            @if is_missing {
                p class="error" id=(error) {
                    span class="unseen" { (text.say("form-error")) " " }
                    (missing_words(text, organization))
                }
            }
            @for candidate in &organization.candidates {
                (choice(&name, &candidate.account_id.to_string(), chosen, &label(text, candidate), None))
            }
            @if organization.candidates.is_empty() {
                (choice(&name, CLOSE, chosen, &text.say("delete-close"), Some(text.say("delete-close-hint"))))
            }
        }
    }
}

fn choice(name: &str, value: &str, chosen: Option<&str>, label: &str, hint: Option<String>) -> Markup {
    let id = format!("{name}-{value}");
    html! {
        div class="choice" {
            input type="radio" id=(id) name=(name) value=(value) checked[chosen == Some(value)];
            label for=(id) {
                (label)
                @if let Some(hint) = hint { span class="hint" { (hint) } }
            }
        }
    }
}

fn label(text: &Text, candidate: &Candidate) -> String {
    let role = text.say(role_name(candidate.role));
    match &candidate.name {
        Some(name) => text.say_with("delete-candidate", [("name", name.into()), ("role", role.into())]),
        None => {
            let id = candidate.account_id.to_string();
            text.say_with("delete-candidate-unnamed", [("id", id.into()), ("role", role.into())])
        }
    }
}
