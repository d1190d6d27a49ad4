use super::*;

#[test]
fn sessions_that_an_operator_ended() {
    insta::assert_snapshot!(letter(&MessageBody::SessionsEnded { at: at(23, 18) }));
}

#[test]
fn a_second_factor_that_is_to_be_removed() {
    let proof = IdentityProof::DocumentSeen;
    let says = MessageBody::FactorRemovalBegun {
        at: at(23, 18),
        proof,
        due_at: at(26, 18),
        token: TOKEN.to_owned(),
    };
    insta::assert_snapshot!(letter(&says));
}

#[test]
fn an_objection_to_the_removal() {
    insta::assert_snapshot!(letter(&MessageBody::FactorRemovalStopped { at: at(23, 18) }));
}

#[test]
fn a_second_factor_that_was_removed_on_proof() {
    insta::assert_snapshot!(letter(&MessageBody::FactorRemoved { at: at(23, 18) }));
}
