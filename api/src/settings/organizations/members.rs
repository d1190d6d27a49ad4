//! Who is in an organization, and who is invited, as its page shows them.

use catalogue::Text;
use domain::organization::Role;
use maud::{Markup, html};

use super::roles::{role_name, role_of};
use crate::routes::organizations::{
    InvitationItem, InvitationList, MemberItem, MemberList, OrganizationItem,
};
use crate::settings::errors::Errors;
use crate::settings::form::Form;
use crate::settings::visit::Visit;

/// An organization, and who looks at it.
pub(super) struct Team<'a> {
    pub(super) visit: &'a Visit,
    pub(super) organization: &'a OrganizationItem,
    /// The role of who looks.
    pub(super) role: Role,
    /// Their account.
    pub(super) me: &'a str,
}

impl Team<'_> {
    fn path(&self) -> String {
        format!("/settings/organizations/{}", self.organization.id)
    }

    fn text(&self) -> &Text {
        self.visit.text()
    }
}

/// How a member is called.
pub(in crate::settings) fn called(name: Option<&str>, email: Option<&str>, text: &Text) -> String {
    name.or(email).map_or_else(|| text.say("page-erased"), str::to_owned)
}

/// The members.
pub(super) fn section(team: &Team<'_>, list: &MemberList) -> Markup {
    let text = team.text();
    html! {
        section class="card" aria-labelledby="members" {
            h2 id="members" { (text.say("organizations-members")) }
            ul class="list" { @for member in &list.items { li { (member_row(team, member)) } } }
            @if let Some(cursor) = &list.next_cursor {
                p { a href={ (team.path()) "?members=" (cursor) "#members" } { (text.say("page-more")) } }
            }
        }
    }
}

fn member_row(team: &Team<'_>, member: &MemberItem) -> Markup {
    let text = team.text();
    let name = called(member.name.as_deref(), member.email.as_deref(), text);
    let since = text.say_with("organizations-member-since", [("date", text.date(member.joined_at).into())]);
    html! {
        div class="between" {
            div {
                strong { (name) }
                " " span class="badge" { (text.say(role_name(role_of(&member.role)))) }
                @if member.account_id == team.me { " " span class="badge" { (text.say("organizations-you")) } }
                div class="quiet" {
                    @if let Some(email) = member.email.as_deref().filter(|email| *email != name) { (email) " · " }
                    (since)
                }
            }
            @if team.role.manages() {
                a href={ (team.path()) "/members/" (member.account_id) } {
                    (text.say("page-change")) span class="unseen" { " " (name) }
                }
            }
        }
    }
}

/// Who is invited and has not answered.
pub(super) fn invitations(team: &Team<'_>, list: &InvitationList) -> Markup {
    let text = team.text();
    html! {
        section class="card" aria-labelledby="invitations" {
            h2 id="invitations" { (text.say("organizations-invitations")) }
            @if list.items.is_empty() {
                p class="quiet" { (text.say("organizations-invitations-none")) }
            } @else {
                ul class="list" { @for invitation in &list.items { li { (invitation_row(team, invitation)) } } }
                @if let Some(cursor) = &list.next_cursor {
                    p { a href={ (team.path()) "?invitations=" (cursor) "#invitations" } { (text.say("page-more")) } }
                }
            }
            p { a class="button" href={ (team.path()) "/invite" } { (text.say("organizations-invite")) } }
        }
    }
}

fn invitation_row(team: &Team<'_>, invitation: &InvitationItem) -> Markup {
    let (text, role) = (team.text(), role_of(&invitation.role));
    let errors = Errors::default();
    let form = |path: String| Form::new(team.visit, &errors).to(&path).about(&invitation.email);
    let again = form(format!("{}/invite", team.path()))
        .hidden("email", &invitation.email)
        .hidden("role", role.as_str());
    let back = form(format!("{}/invitations/{}/revoke", team.path(), invitation.id));
    let times = text.say_with(
        "organizations-invited",
        [
            ("date", text.date(invitation.invited_at).into()),
            ("end", text.moment(invitation.expires_at).into()),
        ],
    );
    html! {
        div {
            strong { (invitation.email) }
            " " span class="badge" { (text.say(role_name(role))) }
            div class="quiet" { (times) }
        }
        @if team.role.manages_role(role) {
            div class="actions" {
                (again.around_plain(&html! {}, &text.say("organizations-invite-again")))
                (back.around_plain(&html! {}, &text.say("organizations-revoke")))
            }
        } @else {
            p class="quiet" { (text.say("organizations-of-owners")) }
        }
    }
}
