//! Taking the second factor away for a holder who has lost it.

use super::second_factor::with_phone;
use super::*;
use crate::sentence::Sentence;

fn begin() -> Command {
    Command::BeginFactorRemoval { proof: IdentityProof::DocumentSeen, note_id: None, due_at: days(3) }
}

fn begun() -> Event {
    Event::FactorRemovalBegun { proof: IdentityProof::DocumentSeen, note_id: None, due_at: days(3) }
}

fn waiting() -> Vec<Event> {
    [with_phone(), vec![begun()]].concat()
}

#[test]
fn a_factor_is_removed_when_the_time_to_object_is_over_and_not_before() {
    given(hours(1), with_phone()).when(begin()).then_expect_events(vec![begun()]);
    given(hours(1), vec![registered()]).when(begin()).then_expect_error(Error::NoSecondFactor);
    given(hours(71), waiting()).when(Command::RemoveFactor).then_expect_events(vec![]);
    let removed = Event::FactorRemoved {};
    given(days(3), waiting()).when(Command::RemoveFactor).then_expect_events(vec![removed.clone()]);
    let left = holder([waiting(), vec![removed.clone()]].concat());
    assert_eq!((left.phone, left.recovery_codes, left.factor_removal), (None, 0, None));
    let twice = [waiting(), vec![removed]].concat();
    given(days(4), twice).when(Command::RemoveFactor).then_expect_events(vec![]);
}

#[test]
fn an_objection_ends_it_and_the_factor_stays() {
    let stopped = Event::FactorRemovalStopped {};
    given(hours(2), waiting()).when(Command::StopFactorRemoval).then_expect_events(vec![stopped.clone()]);
    let kept = [waiting(), vec![stopped]].concat();
    assert!(holder(kept.clone()).phone.is_some());
    given(days(4), kept.clone()).when(Command::RemoveFactor).then_expect_events(vec![]);
    given(days(4), kept).when(Command::StopFactorRemoval).then_expect_error(Error::NoFactorRemoval);
}

#[test]
fn a_removal_says_in_the_history_how_it_was_proved() {
    let told = Event::FactorRemovalBegun {
        proof: IdentityProof::Other,
        note_id: Some("CASE-4711".to_owned()),
        due_at: days(3),
    };
    let told = told.sentence();
    assert!(
        told.ends_with("it was proved to an operator who asks: in another way, note CASE-4711"),
        "{told}"
    );
}
