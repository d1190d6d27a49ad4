//! `/links/invitation`: what one is invited to, and what can be done about it.

use axum::response::Response;
use catalogue::{Text, id};
use domain::organization::Role;
use maud::{Markup, html};

use super::token::{AT_ONCE, LINK};
use super::{ended, token};
use crate::problem::{Method as Factor, SecondFactor};
use crate::routes::invitations::InvitationShown;
use crate::settings::errors::Errors;
use crate::settings::form::{Field, Form};
use crate::settings::page::Page;
use crate::settings::sign_in::code::lead;
use crate::settings::visit::Visit;

/// Where an invitation leads.
pub(super) const PATH: &str = "/links/invitation";
/// What a form of the page asks for.
pub(super) const ACT: &str = "act";

/// Asks for the link, or says what was done.
pub(super) async fn show(visit: Visit) -> Response {
    let _ = visit.me().await;
    match visit.done(&[("joined", id!("links-joined")), ("declined", id!("links-declined"))]) {
        Some(done) => ended::well(&visit, &done),
        None => without_link(&visit, &Errors::default()),
    }
}

/// The page before the link is known.
pub(super) fn without_link(visit: &Visit, errors: &Errors) -> Response {
    let text = visit.text();
    let form = Form::new(visit, errors);
    let fields = token::field(visit, &form, AT_ONCE);
    let body = form.around(&fields, &text.say("links-invitation-look"));
    Page::new(text.say("links-invitation"), body).with_errors(errors).secret().show(visit)
}

/// What is wanted of who is invited.
pub(super) enum Wanted<'a> {
    /// A new account.
    Account,
    /// To join with the account that is signed in.
    Join,
    /// The password of the account that there is.
    Password,
    /// And a second factor.
    Code(&'a SecondFactor),
    /// Another account is signed in.
    AnotherAccount,
}

impl Wanted<'_> {
    /// What is wanted of who is here.
    pub(super) fn of(visit: &Visit, invitation: &InvitationShown) -> Self {
        if !invitation.has_account {
            return Self::Account;
        }
        match visit.known().and_then(|me| me.profile.email.as_deref()) {
            Some(email) if email.eq_ignore_ascii_case(invitation.email.as_str()) => Self::Join,
            Some(_) => Self::AnotherAccount,
            None => Self::Password,
        }
    }
}

/// The page of an invitation.
pub(super) fn page(
    visit: &Visit,
    (link, invitation): (&str, &InvitationShown),
    (name, wanted): (&str, &Wanted<'_>),
    errors: &Errors,
) -> Response {
    let text = visit.text();
    let form = |act: &str| Form::new(visit, errors).hidden(LINK, link).hidden(ACT, act);
    let body = html! {
        (about(text, invitation))
        @match wanted {
            Wanted::Account => (registering(text, &form("register"), name)),
            Wanted::Join => (form("join").around(&html! {}, &text.say("links-join"))),
            Wanted::Password => (signing_in(text, &form("sign-in"))),
            Wanted::Code(asked) => (second_step(text, form, asked)),
            Wanted::AnotherAccount => {
                p class="note warning" { (text.say("problem-invitation-for-another")) }
                p { a class="button plain" href="/settings/sign-out" { (text.say("page-sign-out")) } }
            },
        }
        (form("decline").around_plain(&html! {}, &text.say("links-decline")))
    };
    Page::new(text.say("links-invitation"), body).with_errors(errors).secret().show(visit)
}

fn about(text: &Text, invitation: &InvitationShown) -> Markup {
    let role = match invitation.role {
        Role::Owner => id!("role-owner"),
        Role::Admin => id!("role-admin"),
        Role::Member => id!("role-member"),
    };
    let row = |name: String, value: &str| html! { div class="row" { dt { (name) } dd { (value) } } };
    html! {
        dl class="rows" {
            (row(text.say("links-invitation-organization"), &invitation.organization.name))
            (row(text.say("organizations-their-role"), &text.say(role)))
            (row(text.say("sign-in-email"), invitation.email.as_str()))
            (row(text.say("links-invitation-until"), &text.moment(invitation.expires_at)))
        }
    }
}

fn registering(text: &Text, form: &Form<'_>, name: &str) -> Markup {
    let name = Field::text("name", text.say("profile-name")).autocomplete("name").value(name);
    let password = Field::password("password", text.say("links-invitation-password"), "new-password");
    let fields = html! {
        (form.field(&name))
        (form.field(&password.hint(text.say("password-hint"))))
    };
    form.around(&fields, &text.say("links-register"))
}

fn signing_in(text: &Text, form: &Form<'_>) -> Markup {
    let password = Field::password("password", text.say("sign-in-password"), "current-password");
    html! {
        p { (text.say("links-invitation-known")) }
        (form.around(&form.field(&password), &text.say("links-sign-in-join")))
        (elsewhere(text))
    }
}

fn second_step<'a>(text: &Text, form: impl Fn(&str) -> Form<'a>, asked: &SecondFactor) -> Markup {
    let question = serde_json::to_string(asked).unwrap_or_default();
    let code = form("code").hidden("asked", question.clone());
    let hint = if asked.channel.is_some() {
        id!("sign-in-code-hint")
    } else if asked.methods.contains(&Factor::App) {
        id!("code-hint-app")
    } else {
        id!("code-hint-recovery")
    };
    let field = Field::code("code", text.say("sign-in-code")).hint(text.say(hint));
    html! {
        p { (if asked.channel.is_some() { lead(text, asked) } else { text.say("links-invitation-code") }) }
        (code.around(&code.field(&field), &text.say("links-sign-in-join")))
        @if asked.methods.contains(&Factor::Phone) {
            @let button = if asked.channel.is_some() { id!("code-send-again") } else { id!("code-send") };
            (form("send").hidden("asked", question).around_plain(&html! {}, &text.say(button)))
        }
        (elsewhere(text))
    }
}

/// Who signs in with a passkey does so first.
fn elsewhere(text: &Text) -> Markup {
    html! {
        p class="quiet" {
            (text.say("links-invitation-first")) " "
            a href="/settings/sign-in" { (text.say("sign-in-button")) }
        }
    }
}
