use super::*;

#[test]
fn to_the_new_address() {
    let says = Says::EmailConfirmation { token: TOKEN.to_owned(), confirm_by: at(24, 18) };
    insta::assert_snapshot!(letter(&says), @"
    Confirm your new email address

    Hello Ada Lovelace,

    Somebody asked to sign in to an account with this email address from now on. To confirm that it is yours, open this page:

    https://settings.example.com/base/links/email-confirmation#pslink_0123456789abcdefABCDEF-_

    Opening it changes nothing yet: the page asks first. The link works once, and until 24 November 2026, 18:59 UTC.

    If it was not you who asked for this, do nothing: unconfirmed, the address is not used.
    ");
    insta::assert_snapshot!(write(&says, None, &public_url()).unwrap().html, @r#"
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>Confirm your new email address</title>
    </head>
    <body style="font: 16px/1.5 sans-serif; max-width: 36em; margin: 1em auto; padding: 0 1em">
    <p>Hello,</p>
    <p>Somebody asked to sign in to an account with this email address from now on. To confirm that it is yours, open this page:</p>
    <p><a href="https://settings.example.com/base/links/email-confirmation#pslink_0123456789abcdefABCDEF-_">Confirm the address</a></p>
    <p>Opening it changes nothing yet: the page asks first. The link works once, and until 24 November 2026, 18:59 UTC.</p>
    <p>If it was not you who asked for this, do nothing: unconfirmed, the address is not used.</p>
    </body>
    </html>
    "#);
}

#[test]
fn to_the_old_address() {
    let says = Says::EmailChange { at: at(23, 18), token: TOKEN.to_owned(), undo_until: at(30, 18) };
    insta::assert_snapshot!(letter(&says), @"
    Your email address is about to change

    Hello Ada Lovelace,

    Somebody who is signed in to your account asked to change its email address. It changes as soon as the new address is confirmed.

    If it was you, there is nothing to do.

    If it was not you, take the change back on this page. Then all sessions end, and you get a link to choose a new password:

    https://settings.example.com/base/links/email-undo#pslink_0123456789abcdefABCDEF-_

    Opening it changes nothing yet: the page asks first. The link works until 30 November 2026, 18:59 UTC, also after the new address was confirmed. Until then this address stays reserved for your account.

    Asked for: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn a_change_that_was_taken_back() {
    insta::assert_snapshot!(letter(&Says::EmailChangeUndone { at: at(23, 18) }), @"
    The change of your email address was taken back

    Hello Ada Lovelace,

    A change of your account's email address was taken back, with the link that was sent to the address from before. You sign in with that address again. All sessions have ended, and a link to choose a new password was sent there.

    If it was not you, somebody else reads your mail: change the password of your mailbox, and then that of your account.

    Taken back: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn bills_that_go_elsewhere() {
    let changed = |set, of_reader, token: Option<&str>| {
        let token = token.map(str::to_owned);
        letter(&Says::BillingEmailChanged { at: at(23, 18), set, of_reader, token, undo_until: at(30, 18) })
    };
    insta::assert_snapshot!(changed(true, true, Some(TOKEN)), @"
    Bills of an account go elsewhere

    Hello Ada Lovelace,

    The bills of an account go to another address from now on.

    It is your account. If it was you, there is nothing to do.

    If it was not you, take it back on this page. Then bills go to the address you sign in with, all sessions end, and you get a link to choose a new password:

    https://settings.example.com/base/links/billing-email-undo#pslink_0123456789abcdefABCDEF-_

    Opening it changes nothing yet: the page asks first. The link works once, and until 30 November 2026, 18:59 UTC.

    Changed: 23 November 2026, 18:59 UTC
    ");
    insta::assert_snapshot!(changed(true, false, None), @"
    Bills of an account go elsewhere

    Hello Ada Lovelace,

    The bills of an account go to another address from now on.

    You get this because bills went to this address, or go to it from now on. If you did not expect it, ask the holder of the account.

    Changed: 23 November 2026, 18:59 UTC
    ");
    insta::assert_snapshot!(changed(false, true, None), @"
    Bills of an account go elsewhere

    Hello Ada Lovelace,

    The bills of an account go to the address it signs in with from now on, and to no other.

    It is your account. If it was not you, change your password at once, end your other sessions, and set the billing address again.

    Changed: 23 November 2026, 18:59 UTC
    ");
    insta::assert_snapshot!(letter(&Says::BillingEmailUndone { at: at(23, 18) }), @"
    The change of your billing address was taken back

    Hello Ada Lovelace,

    Another billing address of your account was taken back, with the link that was sent to you. Bills go to the address you sign in with. All sessions have ended, and a link to choose a new password was sent to you.

    If it was not you, somebody else reads your mail: change the password of your mailbox, and then that of your account.

    Taken back: 23 November 2026, 18:59 UTC
    ");
}
