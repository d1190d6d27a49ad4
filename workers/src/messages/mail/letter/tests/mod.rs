//! The letters, word by word; and what holds for all of them.

mod credentials;
mod email;
mod german;
mod organization;
mod recovery;
mod second_factor;
mod sign_in;

use std::collections::BTreeSet;

use catalogue::{Catalogue, Language};
use chrono::TimeZone;
use domain::account::{IdentityProof, SecondFactor};
use domain::message::UndoLink;
use domain::message::{CodeFor, MessageBody, NamedProject, OwnersChange, TeamChange};
use domain::organization::Role;
use domain::{AccountId, ProjectId, RequestId};
use uuid::Uuid;

use super::*;

const TOKEN: &str = "pslink_0123456789abcdefABCDEF-_";

fn at(day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, day, hour, 59, 59).unwrap()
}

fn head() -> Letterhead {
    let (contact, account) = ("privacy@example.com".parse().ok(), "https://example.com/me".parse().ok());
    Letterhead::new(
        "Example",
        contact,
        account.as_ref(),
        "https://settings.example.com/base".parse().unwrap(),
    )
}

fn english() -> Text {
    Catalogue::built_in().text(Language::En)
}

fn write(head: &Letterhead, text: &Text, says: &MessageBody, names: &Names) -> Option<Rendered> {
    write_for_many(head, text, says, 0, names)
}

fn named(name: &str) -> Names {
    Names { reader: Some(name.to_owned()), inviter: None }
}

fn project(name: &str) -> NamedProject {
    let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
    NamedProject { project_id: ProjectId::from_uuid(id), name: name.to_owned() }
}

/// The way back from a second factor.
fn undo() -> Option<UndoLink> {
    Some(link())
}

fn link() -> UndoLink {
    UndoLink { token: TOKEN.to_owned(), until: at(30, 18) }
}

/// The whole letter, as it reads in plain text and as it is marked up.
fn letter(says: &MessageBody) -> String {
    told(write(&head(), &english(), says, &named("Ada Lovelace")))
}

/// The head of the document is the same for all: it has a test of its own.
fn told(letter: Option<Rendered>) -> String {
    let letter = letter.unwrap();
    let (_, body) = letter.html.split_once("<body>\n").unwrap();
    let body = body.strip_suffix("</body>\n</html>\n").unwrap();
    format!("{}\n\n{}\n-- HTML --\n{body}", letter.subject, letter.text)
}

/// Each letter once, with what others wrote in every place for it.
fn all(written: &str) -> Vec<MessageBody> {
    let (at, expires_at, token) = (at(23, 18), at(30, 18), TOKEN.to_owned());
    let (project, organization) = (project(written), written.to_owned());
    vec![
        MessageBody::NewDevice { at, program: Some(written.to_owned()), ip_address: None },
        MessageBody::EmailConfirmation { token: token.clone(), confirm_by: expires_at },
        MessageBody::EmailChange { at, token: token.clone(), undo_until: expires_at },
        MessageBody::EmailChangeUndone { at },
        MessageBody::PasswordChanged { at },
        MessageBody::PasswordResetLink { token: token.clone(), expires_at },
        MessageBody::PhoneVerified { at, phone: written.to_owned(), undo: undo() },
        MessageBody::PhoneRemoved { at, others_left: false },
        MessageBody::AuthenticatorAppAdded { at, undo: link() },
        MessageBody::AuthenticatorAppRemoved { at, others_left: true },
        MessageBody::PasskeyAdded { at, name: written.to_owned(), undo: link() },
        MessageBody::PasskeyRemoved { at, name: written.to_owned(), others_left: false },
        MessageBody::SessionsEnded { at },
        MessageBody::FactorRemovalBegun {
            at,
            proof: IdentityProof::CalledBack,
            due_at: expires_at,
            token: token.clone(),
        },
        MessageBody::FactorRemovalStopped { at },
        MessageBody::FactorRemoved { at },
        MessageBody::SecondFactorUndone { at, factor: SecondFactor::Phone },
        MessageBody::RecoveryCodesIssued { at, undo: undo() },
        MessageBody::RecoveryCodeUsed { at, left: 1 },
        MessageBody::FailedCodes { tries: 5, networks: 2, since: at, until: at },
        MessageBody::CredentialsReset {
            at,
            project: project.clone(),
            previous_ends_at: None,
            by_reader: false,
        },
        MessageBody::CredentialsRevealed { at, project: project.clone(), by_reader: false },
        MessageBody::CredentialsRevoked { at, project: project.clone() },
        MessageBody::GdprTokenIssued { at, expires_at, replaces: true },
        MessageBody::GdprTokenRevoked { at },
        MessageBody::GdprTokenExpires { expires_at, days: 30 },
        MessageBody::GdprTokenExpires { expires_at, days: 7 },
        MessageBody::GdprTokenExpired { at },
        MessageBody::BillingEmailChanged {
            at,
            set: true,
            of_reader: true,
            token: Some(token.clone()),
            undo_until: expires_at,
        },
        MessageBody::BillingEmailUndone { at },
        MessageBody::ArchiveDownloaded {
            at,
            request_id: RequestId::from_uuid(Uuid::nil()),
            program: Some(written.to_owned()),
            ip_address: None,
        },
        MessageBody::TeamChanged {
            at,
            organization: organization.clone(),
            member: None,
            change: TeamChange::Invited { role: Role::Owner },
            by_reader: false,
        },
        MessageBody::ProjectOwnersChanged {
            at,
            project: project.clone(),
            change: OwnersChange::ReaderNamed,
            by_reader: false,
        },
        MessageBody::SecondFactorDemandChanged {
            at,
            organization: organization.clone(),
            demanded: true,
            by_reader: false,
        },
        MessageBody::RoleChanged {
            at,
            organization: organization.clone(),
            role: Role::Owner,
            is_less: false,
        },
        MessageBody::MembershipEnded { at, organization: organization.clone() },
        MessageBody::AccountDeleted { at, exports: Some(1), language: None },
        MessageBody::Invitation { organization, role: Role::Member, token, expires_at, invited_by: None },
    ]
}

#[test]
fn whatever_goes_by_mail_has_a_letter_and_no_two_look_alike_in_a_list() {
    let letters = all("Analytics");
    let notices: BTreeSet<_> =
        letters.iter().filter_map(MessageBody::notice).map(domain::account::AccountNotice::as_str).collect();
    // All but the code, which goes to phones alone.
    assert_eq!(notices.len(), domain::account::AccountNotice::ALL.len() - 1);
    assert!(!notices.contains("code"));
    let subjects: BTreeSet<_> = letters
        .iter()
        .map(|says| draft(Paper { head: &head(), text: &english() }, says, &Names::default()).unwrap().0)
        .collect();
    assert_eq!(subjects.len(), letters.len());
    let code = MessageBody::Code { code: "123456".to_owned(), wanted_for: CodeFor::SignIn };
    assert!(write(&head(), &english(), &code, &Names::default()).is_none());
}

#[test]
fn what_others_wrote_is_text_and_nothing_else() {
    let nasty = "<img src=x onerror=\"x()\">&”\r\nBcc: x@example.com\u{2028}\u{202e}\u{0}<script>";
    let shown = "<img src=x onerror=\"x()\">&";
    let escaped = "&lt;img src=x onerror=&quot;x()&quot;&gt;&amp;";
    let mut places = 0;
    for says in all(nasty) {
        let plain = write(&head(), &english(), &says, &named("Ada")).unwrap();
        let letter = write(&head(), &english(), &says, &named(nasty)).unwrap();
        assert!(letter.text.starts_with("Hello,\n") && letter.html.contains("<p>Hello,</p>"));
        assert!(!letter.html.contains("<img") && !letter.html.contains("<script"), "{}", letter.html);
        for form in [&letter.text, &letter.html, &letter.subject] {
            assert!(!form.contains(['\u{202e}', '\u{2028}', '\u{0}', '\r']), "{form:?}");
            assert!(!form.contains("\nBcc"), "{form}");
        }
        assert_eq!(plain.subject, letter.subject, "no subject holds what others wrote");
        let found = plain.text.matches(shown).count();
        // What lists of mails show beside the subject stands in the HTML once more.
        let (_, seen) = plain.html.split_once("<p class=\"service\">").unwrap();
        assert_eq!(found, seen.matches(escaped).count());
        places += found;
    }
    assert_eq!(places, 18, "a place for what others wrote was added or lost: see that it is in this test");
    // It cannot pose as words of ours by ending its quotes.
    let role = MessageBody::RoleChanged {
        at: at(23, 18),
        organization: "A” is not you. “B".to_owned(),
        role: Role::Admin,
        is_less: false,
    };
    assert!(letter(&role).contains("the organization “A\" is not you. \"B” has changed"));
}

#[test]
fn a_name_cannot_end_its_quotes_or_greet_as_a_sentence() {
    let organization = "Visit https://evil.example”. You are hacked. “".to_owned();
    let told = letter(&MessageBody::MembershipEnded { at: at(23, 18), organization });
    assert!(told.contains("“Visit https: //evil. example\". You are hacked. \"”"), "{told}");
    let greeting = |name: &str| {
        let letter =
            write(&head(), &english(), &MessageBody::PasswordChanged { at: at(23, 18) }, &named(name))
                .unwrap();
        letter.text.lines().next().unwrap().to_owned()
    };
    assert_eq!(greeting("J. R. R. Tolkien"), "Hello J. R. R. Tolkien,");
    assert_eq!(greeting("evil.example"), "Hello evil. example,");
    let sentence = "Ada, your account is in danger and will end today unless you call us";
    for name in ["Warning! Call us", "See http://evil.example", "ada@evil.example", sentence] {
        assert_eq!(greeting(name), "Hello,", "{name}");
    }
}

#[test]
fn every_link_is_below_the_public_url_and_its_token_behind_the_hash() {
    let mut pages = BTreeSet::new();
    for says in all("Analytics") {
        let letter = write(&head(), &english(), &says, &Names::default()).unwrap();
        for form in [&letter.text, &letter.html] {
            for (begins, _) in form.match_indices("http") {
                let link = form[begins..].split(['"', '\n', ' ']).next().unwrap();
                if link == "https://example.com/me" {
                    continue;
                }
                let link = link.strip_prefix("https://settings.example.com/base/").unwrap();
                // Who opens a page below settings/ is asked to sign in; the link itself opens nothing.
                let page = match link.strip_prefix("settings/").and(link.rsplit_once('/')) {
                    Some((page, _)) => page,
                    None => link.strip_suffix(&format!("#{TOKEN}")).unwrap(),
                };
                pages.insert(page.to_owned());
            }
            let outside = form.replace(&format!("#{TOKEN}"), "");
            assert!(!outside.contains(TOKEN), "a token stands outside of a link: {form}");
        }
        let asks = letter.text.contains(&format!("#{TOKEN}"));
        assert_eq!(letter.text.contains("Opening it changes nothing yet"), asks, "{}", letter.text);
    }
    let pages: Vec<_> = pages.iter().map(String::as_str).collect();
    assert_eq!(
        pages,
        [
            "links/billing-email-undo",
            "links/email-confirmation",
            "links/email-undo",
            "links/factor-removal",
            "links/factor-undo",
            "links/invitation",
            "links/password-reset",
            "settings/privacy/requests",
            "settings/projects",
        ]
    );
}

#[test]
fn every_letter_names_the_product_and_who_to_write_to_and_links_to_the_account() {
    for says in all("Analytics") {
        let letter = write(&head(), &english(), &says, &Names::default()).unwrap();
        for told in ["sent by Example.", "answer this mail or write to privacy@example.com."] {
            assert!(letter.text.contains(told), "{}", letter.text);
        }
        assert!(letter.html.contains("<a href=\"mailto:privacy@example.com\">privacy@example.com</a>"));
        // There may be none, or none any more, where these are read.
        let anyone = matches!(
            says,
            MessageBody::Invitation { .. }
                | MessageBody::EmailConfirmation { .. }
                | MessageBody::AccountDeleted { .. }
        );
        assert_eq!(
            letter.text.contains("Your account: https://example.com/me\n"),
            !anyone,
            "{}",
            letter.text
        );
        assert_eq!(letter.html.contains("<a href=\"https://example.com/me\">"), !anyone);
    }
}

#[test]
fn a_letter_speaks_to_people_and_not_to_programs() {
    for says in all("Analytics") {
        let letter = write(&head(), &english(), &says, &Names::default()).unwrap();
        for jargon in ["DELETE ", "POST ", "/v1/", "Mozilla/", "the operator", "null", "Some("] {
            assert!(
                !letter.text.contains(jargon) && !letter.html.contains(jargon),
                "{jargon}: {}",
                letter.text
            );
        }
        assert!(
            !letter.html.contains("<table")
                && !letter.html.contains("<img")
                && !letter.html.contains("@import")
        );
    }
}
