use super::*;

#[test]
fn a_new_device() {
    let program =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0".to_owned();
    let ip_address = "203.0.113.77".parse().ok();
    insta::assert_snapshot!(letter(&MessageBody::NewDevice {
        at: at(23, 18),
        program: Some(program),
        ip_address
    }));
    let unknown = letter(&MessageBody::NewDevice { at: at(23, 18), program: None, ip_address: None });
    for told in
        ["with a program that did not say what it is, which", "From the internet address: not known\n"]
    {
        assert!(unknown.contains(told), "{unknown}");
    }
}

#[test]
fn a_new_password() {
    insta::assert_snapshot!(letter(&MessageBody::PasswordChanged { at: at(23, 18) }));
}

#[test]
fn a_link_to_choose_a_new_password() {
    let says = MessageBody::PasswordResetLink { token: TOKEN.to_owned(), expires_at: at(23, 19) };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn a_phone_that_was_verified() {
    let says = MessageBody::PhoneVerified { at: at(23, 18), phone: "•••23".to_owned(), undo: undo() };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn a_phone_that_was_removed() {
    insta::assert_snapshot!(letter(&MessageBody::PhoneRemoved { at: at(23, 18), others_left: false }));
}

#[test]
fn new_recovery_codes() {
    insta::assert_snapshot!(letter(&MessageBody::RecoveryCodesIssued { at: at(23, 18), undo: undo() }));
}

#[test]
fn a_recovery_code_that_was_used() {
    let used = |left| letter(&MessageBody::RecoveryCodeUsed { at: at(23, 18), left });
    insta::assert_snapshot!(used(9));
    assert!(used(1).contains(" There is one left.\n"));
    assert!(used(0).contains(" There is none left: make new ones.\n"));
}

#[test]
fn the_end_of_an_account() {
    insta::assert_snapshot!(letter(&MessageBody::AccountDeleted {
        at: at(23, 18),
        exports: None,
        language: None
    }));
}

#[test]
fn wrong_codes_after_the_right_password() {
    let says = MessageBody::FailedCodes { tries: 5, networks: 2, since: at(23, 17), until: at(23, 18) };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn an_archive_that_was_fetched() {
    let says = MessageBody::ArchiveDownloaded {
        at: at(23, 18),
        request_id: RequestId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0003)),
        program: Some("Reaper/1.0 (https://evil.example)".to_owned()),
        ip_address: "192.0.2.1".parse().ok(),
    };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn a_second_factor_that_was_taken_back() {
    insta::assert_snapshot!(letter(&MessageBody::SecondFactorUndone {
        at: at(23, 18),
        factor: SecondFactor::Phone
    }));
    let codes =
        letter(&MessageBody::SecondFactorUndone { at: at(23, 18), factor: SecondFactor::RecoveryCodes });
    assert!(codes.contains("None works any more until you make new ones."), "{codes}");
}

/// A message that an earlier release queued tells no way back: it says whom to tell.
#[test]
fn a_second_factor_told_of_without_a_link() {
    let queued = r#"{"about": "phone_verified", "at": "2026-11-23T18:59:59Z", "phone": "•••23"}"#;
    let told = letter(&serde_json::from_str(queued).unwrap());
    assert!(told.contains("tell Example (privacy@example.com).") && !told.contains("links/"), "{told}");
}

#[test]
fn the_end_of_an_account_with_an_export_under_way_tells_of_it() {
    let told = |exports| {
        letter(&MessageBody::AccountDeleted { at: at(23, 18), exports: Some(exports), language: None })
    };
    assert!(told(1).contains("The copy of your data that you had asked for ended with it"), "{}", told(1));
    assert!(told(2).contains("The copies of your data that you had asked for ended with it"), "{}", told(2));
    assert!(!told(0).contains("you had asked for"), "{}", told(0));
}
