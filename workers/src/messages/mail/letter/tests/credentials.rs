use super::*;

fn reset(previous_ends_at: Option<DateTime<Utc>>, by_reader: bool) -> String {
    let project = project("Analytics");
    letter(&MessageBody::CredentialsReset { at: at(23, 18), project, previous_ends_at, by_reader })
}

#[test]
fn credentials_that_were_reset() {
    insta::assert_snapshot!(reset(Some(at(24, 18)), true));
    insta::assert_snapshot!(reset(None, false));
}

#[test]
fn a_secret_that_was_shown() {
    let shown = |by_reader| {
        letter(&MessageBody::CredentialsRevealed { at: at(23, 18), project: project("Analytics"), by_reader })
    };
    insta::assert_snapshot!(shown(true));
    insta::assert_snapshot!(shown(false));
}

#[test]
fn credentials_that_were_revoked() {
    let says = MessageBody::CredentialsRevoked { at: at(23, 18), project: project("Analytics") };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn a_new_gdpr_token() {
    let (at, expires_at) = (at(23, 18), at(30, 18));
    let issued = |replaces| letter(&MessageBody::GdprTokenIssued { at, expires_at, replaces });
    insta::assert_snapshot!(issued(true));
    assert!(!issued(false).contains("The one before"));
}

#[test]
fn a_gdpr_token_that_was_revoked() {
    insta::assert_snapshot!(letter(&MessageBody::GdprTokenRevoked { at: at(23, 18) }));
}

#[test]
fn a_gdpr_token_that_will_expire() {
    let says = MessageBody::GdprTokenExpires { expires_at: at(30, 18), days: 7 };
    insta::assert_snapshot!(letter(&says));
    let tomorrow = letter(&MessageBody::GdprTokenExpires { expires_at: at(30, 18), days: 1 });
    assert!(tomorrow.starts_with("Your GDPR token expires in 1 day\n"));
}

#[test]
fn a_gdpr_token_that_has_expired() {
    insta::assert_snapshot!(letter(&MessageBody::GdprTokenExpired { at: at(30, 18) }));
}
