use super::*;

#[test]
fn a_new_device() {
    let (program, ip_address) = (Some("Firefox/130.0".to_owned()), Some("203.0.113.77".parse().unwrap()));
    insta::assert_snapshot!(letter(&Says::NewDevice { at: at(23, 18), program, ip_address }), @"
    A new sign-in to your account

    Hello Ada Lovelace,

    Somebody signed in to your account with a program that was not seen there before.

    If it was you, there is nothing to do.

    If it was not you, somebody knows your password. Change it at once: that ends all other sessions.

    Signed in: 23 November 2026, 18:59 UTC
    Program: Firefox/130.0
    Address: 203.0.113.77
    ");
    let unknown = letter(&Says::NewDevice { at: at(23, 18), program: None, ip_address: None });
    assert!(unknown.ends_with("Program: unknown\nAddress: unknown\n"), "{unknown}");
}

#[test]
fn a_new_password() {
    insta::assert_snapshot!(letter(&Says::PasswordChanged { at: at(23, 18) }), @"
    Your password was changed

    Hello Ada Lovelace,

    Your account has a new password. The one before no longer works, and sessions that were open elsewhere have ended.

    If it was you, there is nothing to do.

    If it was not you, ask at once, where you sign in, for a link to choose another one: it is sent to this address.

    Changed: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn a_link_to_choose_a_new_password() {
    let says = Says::PasswordResetLink { token: TOKEN.to_owned(), expires_at: at(23, 19) };
    insta::assert_snapshot!(letter(&says), @"
    Choose a new password

    Hello Ada Lovelace,

    Somebody asked for a new password for your account. To choose one, open this page:

    https://settings.example.com/base/links/password-reset#pslink_0123456789abcdefABCDEF-_

    Opening it changes nothing yet: the page asks first. The link works once, and until 23 November 2026, 19:59 UTC.

    If it was not you who asked, do nothing: your password stays as it is.
    ");
}

#[test]
fn a_phone_that_was_verified() {
    let says = Says::PhoneVerified { at: at(23, 18), phone: "•••23".to_owned(), undo: undo() };
    insta::assert_snapshot!(letter(&says), @"
    Your phone is your second factor

    Hello Ada Lovelace,

    A phone number was verified for your account. Besides your password, signing in now takes a code that is sent there. Sessions that were open elsewhere have ended.

    If it was you, there is nothing to do.

    If it was not you, take it back on this page. Then all sessions end, and you get a link to choose a new password:

    https://settings.example.com/base/links/factor-undo#pslink_0123456789abcdefABCDEF-_

    Opening it changes nothing yet: the page asks first. The link works once, and until 30 November 2026, 18:59 UTC, whatever else is changed meanwhile.

    Verified: 23 November 2026, 18:59 UTC
    Phone number: •••23
    ");
}

#[test]
fn a_phone_that_was_removed() {
    insta::assert_snapshot!(letter(&Says::PhoneRemoved { at: at(23, 18) }), @"
    Your second factor was removed

    Hello Ada Lovelace,

    The phone number was removed from your account. Signing in takes your password alone from now on, and your recovery codes no longer work.

    If it was you, there is nothing to do.

    If it was not you, change your password at once, and then set a phone number again.

    Removed: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn new_recovery_codes() {
    insta::assert_snapshot!(letter(&Says::RecoveryCodesIssued { at: at(23, 18), undo: undo() }), @"
    You have new recovery codes

    Hello Ada Lovelace,

    Recovery codes were made for your account. Each stands once for a code that is sent to your phone. Recovery codes that were made before no longer work, and sessions that were open elsewhere have ended.

    If it was you, keep them where only you can read them.

    If it was not you, take it back on this page. Then all sessions end, and you get a link to choose a new password:

    https://settings.example.com/base/links/factor-undo#pslink_0123456789abcdefABCDEF-_

    Opening it changes nothing yet: the page asks first. The link works once, and until 30 November 2026, 18:59 UTC, whatever else is changed meanwhile.

    Made: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn a_recovery_code_that_was_used() {
    let used = |left| letter(&Says::RecoveryCodeUsed { at: at(23, 18), left });
    insta::assert_snapshot!(used(9), @"
    A recovery code was used

    Hello Ada Lovelace,

    One of your recovery codes was used in place of a code that is sent to your phone. There are 9 left.

    If it was you, there is nothing else to do.

    If it was not you, somebody knows your password and your recovery codes. Change your password at once, and then make new recovery codes.

    Used: 23 November 2026, 18:59 UTC
    ");
    assert!(used(1).contains(" There is one left.\n"));
    assert!(used(0).contains(" There is none left: make new ones.\n"));
}

#[test]
fn the_end_of_an_account() {
    insta::assert_snapshot!(letter(&Says::AccountDeleted { at: at(23, 18), exports: None }), @"
    Your account is deleted

    Hello Ada Lovelace,

    Your account is deleted. Nobody can sign in to it any more; its sessions, its tokens and its codes no longer work. What is personal in its history is made unreadable.

    You are no longer a member of any organization. Organizations, their projects and the data in these stay.

    If it was not you, tell the operator of the service. A deleted account cannot be brought back.

    Deleted: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn wrong_codes_after_the_right_password() {
    let says = Says::FailedCodes { tries: 5, networks: 2, since: at(23, 17), until: at(23, 18) };
    insta::assert_snapshot!(letter(&says), @"
    Wrong codes for your account

    Hello Ada Lovelace,

    Somebody gave your right password, and then wrong codes in place of the one that is sent to your phone. They did not get in.

    If it was you, there is nothing to do.

    If it was not you, somebody knows your password. Change it at once, and wherever else you use it. Give nobody a code that is sent to you, whatever they say.

    Wrong codes: 5
    Networks: 2
    First: 23 November 2026, 17:59 UTC
    Last: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn an_archive_that_was_fetched() {
    let says = Says::ArchiveDownloaded {
        at: at(23, 18),
        request_id: RequestId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0003)),
        program: Some("Firefox".to_owned()),
        ip_address: "192.0.2.1".parse().ok(),
    };
    insta::assert_snapshot!(letter(&says), @"
    The archive with your data was fetched

    Hello Ada Lovelace,

    The archive with your personal data was fetched, by somebody who is signed in to your account.

    If it was you, there is nothing to do.

    If it was not you, change your password at once: that ends all other sessions. Then disable the archive, so that it is not fetched again.

    Fetched: 23 November 2026, 18:59 UTC
    Request ID: req_01j0000000e008000000000003
    Program: Firefox
    Address: 192.0.2.1
    ");
}

#[test]
fn a_second_factor_that_was_taken_back() {
    insta::assert_snapshot!(letter(&Says::SecondFactorUndone { at: at(23, 18), factor: SecondFactor::Phone }), @"
    Your second factor was taken back

    Hello Ada Lovelace,

    The phone number of your account was taken back, with the link in the mail that told of it. Signing in takes your password alone until you set a phone number again.

    All sessions have ended, the token for the GDPR APIs is revoked, and a link to choose a new password was sent to you. Choose one now: who set what you took back knew the one you have.

    If it was not you, somebody else reads your mail: change the password of your mailbox, and then that of your account.

    Taken back: 23 November 2026, 18:59 UTC
    ");
    let codes = letter(&Says::SecondFactorUndone { at: at(23, 18), factor: SecondFactor::RecoveryCodes });
    assert!(codes.contains("None works any more until you make new ones."), "{codes}");
}

/// A message that an earlier release queued tells no way back: it says whom to tell.
#[test]
fn a_second_factor_told_of_without_a_link() {
    let queued = r#"{"about": "phone_verified", "at": "2026-11-23T18:59:59Z", "phone": "•••23"}"#;
    let told = letter(&serde_json::from_str(queued).unwrap());
    assert!(told.contains("tell the operator of the service") && !told.contains("links/"), "{told}");
}

#[test]
fn the_end_of_an_account_with_an_export_under_way_tells_of_it() {
    let told = |exports| letter(&Says::AccountDeleted { at: at(23, 18), exports: Some(exports) });
    assert!(told(1).contains("The copy of your data that you had asked for ended with it"), "{}", told(1));
    assert!(told(2).contains("The copies of your data that you had asked for ended with it"), "{}", told(2));
    assert!(!told(0).contains("you had asked for"), "{}", told(0));
}
