use domain::PasskeyId;

use super::*;

#[test]
fn an_authenticator_app_that_was_added() {
    insta::assert_snapshot!(letter(&MessageBody::AuthenticatorAppAdded { at: at(23, 18), undo: link() }));
}

#[test]
fn an_authenticator_app_that_was_removed() {
    let removed = |others_left| letter(&MessageBody::AuthenticatorAppRemoved { at: at(23, 18), others_left });
    insta::assert_snapshot!(removed(false));
    let others = removed(true);
    assert!(others.starts_with("One of your second factors was removed\n"), "{others}");
    assert!(
        others.contains("Your other second factors, and your recovery codes, go on working."),
        "{others}"
    );
}

#[test]
fn a_passkey_that_was_added() {
    let says = MessageBody::PasskeyAdded { at: at(23, 18), name: "Work laptop".to_owned(), undo: link() };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn a_passkey_that_was_removed() {
    let (at, name) = (at(23, 18), "Work laptop".to_owned());
    insta::assert_snapshot!(letter(&MessageBody::PasskeyRemoved { at, name, others_left: true }));
}

#[test]
fn whatever_was_taken_back_is_named() {
    let passkey = SecondFactor::Passkey(PasskeyId::from_uuid(Uuid::from_u128(1)));
    for (factor, named) in [
        (SecondFactor::AuthenticatorApp, "The authenticator app of your account"),
        (passkey, "A passkey of your account"),
    ] {
        let told = letter(&MessageBody::SecondFactorUndone { at: at(23, 18), factor });
        assert!(told.contains(&format!("{named} was taken back")), "{told}");
    }
}
