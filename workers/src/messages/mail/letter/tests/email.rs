use super::*;

#[test]
fn to_the_new_address() {
    let says = MessageBody::EmailConfirmation { token: TOKEN.to_owned(), confirm_by: at(24, 18) };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn to_the_old_address() {
    let says = MessageBody::EmailChange { at: at(23, 18), token: TOKEN.to_owned(), undo_until: at(30, 18) };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn a_change_that_was_taken_back() {
    insta::assert_snapshot!(letter(&MessageBody::EmailChangeUndone { at: at(23, 18) }));
}

#[test]
fn bills_that_go_elsewhere() {
    let changed = |set, of_reader, token: Option<&str>| {
        let token = token.map(str::to_owned);
        letter(&MessageBody::BillingEmailChanged {
            at: at(23, 18),
            set,
            of_reader,
            token,
            undo_until: at(30, 18),
        })
    };
    insta::assert_snapshot!(changed(true, true, Some(TOKEN)));
    insta::assert_snapshot!(changed(true, false, None));
    insta::assert_snapshot!(changed(false, true, None));
    insta::assert_snapshot!(letter(&MessageBody::BillingEmailUndone { at: at(23, 18) }));
}
