use super::*;

fn reset(previous_ends_at: Option<DateTime<Utc>>, by_reader: bool) -> String {
    let project = project("Analytics");
    letter(&Says::CredentialsReset { at: at(23, 18), project, previous_ends_at, by_reader })
}

#[test]
fn credentials_that_were_reset() {
    insta::assert_snapshot!(reset(Some(at(24, 18)), true), @"
    The credentials of a project were reset

    Hello Ada Lovelace,

    You reset the API key and the API secret of the project “Analytics”.

    The ones before work until 24 November 2026, 18:59 UTC. By then every application that uses them needs the new ones.

    If it was not you, change your password at once, and then reset them again.

    Reset: 23 November 2026, 18:59 UTC
    Project: Analytics
    Project ID: prj_01j0000000e008000000000001
    ");
    insta::assert_snapshot!(reset(None, false), @"
    The credentials of a project were reset

    Hello Ada Lovelace,

    Somebody else reset the API key and the API secret of the project “Analytics”, which you own.

    The ones before no longer work: every application that uses them needs the new ones.

    If you did not expect this, ask the other owners of the project.

    Reset: 23 November 2026, 18:59 UTC
    Project: Analytics
    Project ID: prj_01j0000000e008000000000001
    ");
}

#[test]
fn a_secret_that_was_shown() {
    let shown = |by_reader| {
        letter(&Says::CredentialsRevealed { at: at(23, 18), project: project("Analytics"), by_reader })
    };
    insta::assert_snapshot!(shown(true), @"
    The secret of a project was shown

    Hello Ada Lovelace,

    The API secret of the project “Analytics” was shown to you.

    If it was not you, change your password at once, and then reset the credentials of the project.

    Shown: 23 November 2026, 18:59 UTC
    Project: Analytics
    Project ID: prj_01j0000000e008000000000001
    ");
    insta::assert_snapshot!(shown(false), @"
    The secret of a project was shown

    Hello Ada Lovelace,

    The API secret of the project “Analytics”, which you own, was shown to somebody else.

    If you did not expect this, ask the other owners of the project. Whoever should not have seen it can no longer use it once you reset the credentials of the project.

    Shown: 23 November 2026, 18:59 UTC
    Project: Analytics
    Project ID: prj_01j0000000e008000000000001
    ");
}

#[test]
fn credentials_that_were_revoked() {
    let says = Says::CredentialsRevoked { at: at(23, 18), project: project("Analytics") };
    insta::assert_snapshot!(letter(&says), @"
    The credentials of a project were revoked

    Hello Ada Lovelace,

    The operator of the service revoked an API key and API secret of the project “Analytics”. Applications that use them can no longer do so.

    To have new ones, reset the credentials of the project. Ask the operator why this was done.

    Revoked: 23 November 2026, 18:59 UTC
    Project: Analytics
    Project ID: prj_01j0000000e008000000000001
    ");
}

#[test]
fn a_new_gdpr_token() {
    let (at, expires_at) = (at(23, 18), at(30, 18));
    let issued = |replaces| letter(&Says::GdprTokenIssued { at, expires_at, replaces });
    insta::assert_snapshot!(issued(true), @"
    You have a new GDPR token

    Hello Ada Lovelace,

    You have a new token for the GDPR APIs. It works until 30 November 2026, 18:59 UTC.

    The one before no longer works: every application that uses it needs the new one.

    If it was not you, change your password at once, and then revoke the token.

    Made: 23 November 2026, 18:59 UTC
    ");
    assert!(!issued(false).contains("The one before"));
}

#[test]
fn a_gdpr_token_that_was_revoked() {
    insta::assert_snapshot!(letter(&Says::GdprTokenRevoked { at: at(23, 18) }), @"
    Your GDPR token was revoked

    Hello Ada Lovelace,

    Your token for the GDPR APIs was revoked. Applications that use it can no longer do so. You can have a new one at any time.

    If you did not expect this, change your password and ask the operator of the service.

    Revoked: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn a_gdpr_token_that_will_expire() {
    let says = Says::GdprTokenExpires { expires_at: at(30, 18), days: 7 };
    insta::assert_snapshot!(letter(&says), @"
    Your GDPR token expires in 7 days

    Hello Ada Lovelace,

    Your token for the GDPR APIs works until 30 November 2026, 18:59 UTC. After that, applications that use it can no longer do so.

    You can have a new one at any time. The one you have then no longer works, so be ready to give the new one to every application that uses it.

    If you no longer need it, there is nothing to do.
    ");
    let tomorrow = letter(&Says::GdprTokenExpires { expires_at: at(30, 18), days: 1 });
    assert!(tomorrow.starts_with("Your GDPR token expires in 1 day\n"));
}

#[test]
fn a_gdpr_token_that_has_expired() {
    insta::assert_snapshot!(letter(&Says::GdprTokenExpired { at: at(30, 18) }), @"
    Your GDPR token has expired

    Hello Ada Lovelace,

    Your token for the GDPR APIs has expired. Applications that use it can no longer do so. You can have a new one at any time.

    Expired: 30 November 2026, 18:59 UTC
    ");
}
