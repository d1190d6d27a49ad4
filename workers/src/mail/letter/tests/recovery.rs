use super::*;

#[test]
fn sessions_that_an_operator_ended() {
    insta::assert_snapshot!(letter(&Says::SessionsEnded { at: at(23, 18) }), @"
    All sessions of your account were ended

    Hello Ada Lovelace,

    An operator of the service ended all sessions of your account, and revoked the token for the GDPR APIs. Your password and your second factor are as they were.

    If you asked for it, sign in again, and choose another password.

    If you did not ask for it, sign in again and look at your history: an operator does this where another may have been signed in to your account.

    Ended: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn a_second_factor_that_is_to_be_removed() {
    let proof = IdentityProof::DocumentSeen;
    let says =
        Says::FactorRemovalBegun { at: at(23, 18), proof, due_at: at(26, 18), token: TOKEN.to_owned() };
    insta::assert_snapshot!(letter(&says), @"
    Your second factor is to be removed

    Hello Ada Lovelace,

    The operator of the service was told that you have lost your second factor, and was given proof that it was you. The phone number and the recovery codes of your account are removed on 26 November 2026, 18:59 UTC.

    If you asked for it, there is nothing to do but to wait.

    If you did not ask for it, object before then, on this page or where you are signed in:

    https://settings.example.com/base/links/factor-removal#pslink_0123456789abcdefABCDEF-_

    Opening it changes nothing yet: the page asks first.

    Asked for: 23 November 2026, 18:59 UTC
    Proof: a document was seen
    ");
}

#[test]
fn an_objection_to_the_removal() {
    insta::assert_snapshot!(letter(&Says::FactorRemovalStopped { at: at(23, 18) }), @"
    Your second factor stays

    Hello Ada Lovelace,

    There was an objection to the removal of the second factor of your account, by the link in the mail about it or in a session of yours. The second factor stays.

    If it was not you, another is signed in to your account or reads your mail: change the password of your mailbox, and tell the operator of the service.

    Objected: 23 November 2026, 18:59 UTC
    ");
}

#[test]
fn a_second_factor_that_was_removed_on_proof() {
    insta::assert_snapshot!(letter(&Says::FactorRemoved { at: at(23, 18) }), @"
    Your second factor was removed as you asked

    Hello Ada Lovelace,

    The phone number and the recovery codes of your account were removed, as was asked of the operator of the service. Signing in takes your password alone until you set a phone number again. All sessions have ended, and the token for the GDPR APIs is revoked.

    If you asked for it, sign in, and set a phone number.

    If you did not ask for it, choose another password at once, by the link that you can ask for where you sign in, and tell the operator of the service.

    Removed: 23 November 2026, 18:59 UTC
    ");
}
