//! Moving to another address, and back. Every change is asked for on the hour of its number.

use super::*;

fn request(number: u128, text: &str) -> Command {
    Command::RequestEmailChange { change_id: change(number), email: address(text) }
}

fn confirm(number: u128) -> Command {
    Command::ConfirmEmailChange { change_id: change(number) }
}

fn undo(number: u128) -> Command {
    Command::UndoEmailChange { change_id: change(number) }
}

fn release(number: u128) -> Command {
    Command::ReleaseFormerEmail { change_id: change(number) }
}

fn asked_at(number: u128) -> DateTime<Utc> {
    hours(number.try_into().unwrap())
}

pub(super) fn requested(number: u128, text: &str) -> Event {
    Event::EmailChangeRequested {
        change_id: change(number),
        email: email(text),
        confirm_by: asked_at(number) + Duration::hours(24),
        undo_until: asked_at(number) + Duration::days(7),
    }
}

pub(super) fn changed(number: u128, from: &str, to: &str) -> Event {
    Event::EmailChanged {
        change_id: change(number),
        email: email(to),
        former: email(from),
        undo_until: asked_at(number) + Duration::days(7),
    }
}

pub(super) fn undone(numbers: &[u128], back_to: &str, released: &[&str]) -> Event {
    Event::EmailChangeUndone {
        changes: numbers.iter().map(|number| change(*number)).collect(),
        email: email(back_to),
        released: released.iter().map(|text| email(text)).collect(),
    }
}

pub(super) fn released(number: u128, text: Option<&str>) -> Event {
    Event::FormerEmailReleased { change_id: change(number), email: text.map(email) }
}

/// Registered, and then by way of all the addresses: change 1 leads to the first, change 2 to the second…
pub(super) fn moved(addresses: &[&str]) -> Vec<Event> {
    let mut events = vec![registered()];
    let mut from = ADA;
    for (to, number) in addresses.iter().zip(1..) {
        events.extend([requested(number, to), changed(number, from, to)]);
        from = to;
    }
    events
}

#[test]
fn a_new_address_waits_to_be_confirmed() {
    let asked = vec![registered(), requested(1, KING)];
    given(hours(1), vec![registered()]).when(request(1, KING)).then_expect_events(vec![requested(1, KING)]);
    let waiting = holder(asked.clone());
    assert_eq!((waiting.email, waiting.email_change.unwrap().email), (email(ADA), email(KING)));
    given(hours(2), asked).when(confirm(1)).then_expect_events(vec![changed(1, ADA, KING)]);
    let confirmed = holder(moved(&[KING]));
    assert_eq!((confirmed.email, confirmed.email_change), (email(KING), None));
    let former = FormerEmail { change_id: change(1), email: email(ADA), undo_until: asked_at(1) + UNDO_LIFE };
    assert_eq!(confirmed.former_emails, vec![former]);
}

#[test]
fn the_present_address_is_no_new_one_but_its_letters_may_change_their_case() {
    given(hours(1), vec![registered()]).when(request(1, ADA)).then_expect_error(Error::SameEmail);
    let smaller = "ada@example.com";
    given(hours(1), vec![registered()])
        .when(request(1, smaller))
        .then_expect_events(vec![requested(1, smaller)]);
}

#[test]
fn a_confirmation_comes_in_time_once_and_for_this_change() {
    let asked = vec![registered(), requested(1, KING)];
    let in_time = asked_at(1) + CONFIRMATION_LIFE - Duration::seconds(1);
    given(in_time, asked.clone()).when(confirm(1)).then_expect_events(vec![changed(1, ADA, KING)]);
    given(asked_at(1) + CONFIRMATION_LIFE, asked.clone())
        .when(confirm(1))
        .then_expect_error(Error::NoEmailChange);
    given(hours(2), asked).when(confirm(2)).then_expect_error(Error::NoEmailChange);
    given(hours(2), vec![registered()]).when(confirm(1)).then_expect_error(Error::NoEmailChange);
    given(hours(2), moved(&[KING])).when(confirm(1)).then_expect_error(Error::NoEmailChange);
}

#[test]
fn a_wish_takes_the_place_of_the_one_before() {
    let twice = vec![registered(), requested(1, KING), requested(2, COUNTESS)];
    given(hours(3), twice.clone()).when(confirm(1)).then_expect_error(Error::NoEmailChange);
    given(hours(3), twice.clone()).when(undo(1)).then_expect_error(Error::NoEmailChange);
    given(hours(3), twice).when(confirm(2)).then_expect_events(vec![changed(2, ADA, COUNTESS)]);
}

#[test]
fn a_wish_that_was_not_confirmed_is_taken_back() {
    let asked = vec![registered(), requested(1, KING)];
    let taken_back = undone(&[1], ADA, &[]);
    // Also when it can no longer be confirmed: the reader of the mail then wants to be sure.
    for now in [hours(2), days(3), asked_at(1) + UNDO_LIFE - Duration::seconds(1)] {
        given(now, asked.clone()).when(undo(1)).then_expect_events(vec![taken_back.clone()]);
    }
    given(asked_at(1) + UNDO_LIFE, asked.clone()).when(undo(1)).then_expect_error(Error::NoEmailChange);
    let over = [asked, vec![taken_back]].concat();
    assert_eq!(holder(over.clone()).email_change, None);
    given(hours(3), over.clone()).when(undo(1)).then_expect_error(Error::NoEmailChange);
    given(hours(3), over).when(confirm(1)).then_expect_error(Error::NoEmailChange);
}

#[test]
fn a_confirmed_change_is_taken_back() {
    let taken_back = undone(&[1], ADA, &[KING]);
    for now in [hours(2), asked_at(1) + UNDO_LIFE - Duration::seconds(1)] {
        given(now, moved(&[KING])).when(undo(1)).then_expect_events(vec![taken_back.clone()]);
    }
    given(asked_at(1) + UNDO_LIFE, moved(&[KING])).when(undo(1)).then_expect_error(Error::NoEmailChange);
    let back = [moved(&[KING]), vec![taken_back]].concat();
    assert_eq!(holder(back.clone()), holder(vec![registered()]));
    given(hours(3), back).when(undo(1)).then_expect_error(Error::NoEmailChange);
}

#[test]
fn going_back_over_a_change_goes_back_over_all_that_came_after_it() {
    let twice = moved(&[KING, COUNTESS]);
    given(hours(3), twice.clone()).when(undo(1)).then_expect_events(vec![undone(
        &[1, 2],
        ADA,
        &[KING, COUNTESS],
    )]);
    given(hours(3), twice.clone()).when(undo(2)).then_expect_events(vec![undone(&[2], KING, &[COUNTESS])]);
    let half_way = holder([twice.clone(), vec![undone(&[2], KING, &[COUNTESS])]].concat());
    assert_eq!(half_way, holder(moved(&[KING])));
    // A wish that waits goes with them, and so does the chance to confirm it.
    let waiting = [twice, vec![requested(3, "next@example.com")]].concat();
    let taken_back = undone(&[2, 3], KING, &[COUNTESS]);
    given(hours(4), waiting.clone()).when(undo(2)).then_expect_events(vec![taken_back.clone()]);
    let back = [waiting.clone(), vec![taken_back]].concat();
    assert_eq!(holder(back.clone()), holder(moved(&[KING])));
    given(hours(4), back).when(confirm(3)).then_expect_error(Error::NoEmailChange);
    // The wish alone can be taken back too.
    given(hours(4), waiting).when(undo(3)).then_expect_events(vec![undone(&[3], COUNTESS, &[])]);
}

#[test]
fn to_and_fro_no_address_is_given_up_that_holds_and_none_twice() {
    let returned = moved(&[KING, ADA]);
    given(hours(3), vec![registered(), requested(1, KING), changed(1, ADA, KING)])
        .when(request(2, ADA))
        .inspect_result()
        .unwrap();
    given(hours(3), returned.clone()).when(undo(2)).then_expect_events(vec![undone(&[2], KING, &[])]);
    given(hours(3), returned).when(undo(1)).then_expect_events(vec![undone(&[1, 2], ADA, &[KING])]);
    let wandering = moved(&[KING, COUNTESS, KING]);
    given(hours(4), wandering.clone()).when(undo(1)).then_expect_events(vec![undone(
        &[1, 2, 3],
        ADA,
        &[KING, COUNTESS],
    )]);
    given(hours(4), wandering.clone()).when(undo(2)).then_expect_events(vec![undone(
        &[2, 3],
        KING,
        &[COUNTESS],
    )]);
    given(hours(4), wandering).when(undo(3)).then_expect_events(vec![undone(&[3], COUNTESS, &[])]);
}

#[test]
fn a_change_of_case_gives_nothing_up() {
    let smaller = moved(&["ada@example.com"]);
    given(hours(2), smaller.clone()).when(undo(1)).then_expect_events(vec![undone(&[1], ADA, &[])]);
    given(days(8), smaller).when(release(1)).then_expect_events(vec![released(1, None)]);
}

#[test]
fn the_old_address_is_given_up_when_the_change_can_no_longer_be_taken_back() {
    let twice = moved(&[KING, COUNTESS]);
    given(asked_at(1) + UNDO_LIFE - Duration::seconds(1), twice.clone())
        .when(release(1))
        .then_expect_events(vec![]);
    given(asked_at(1) + UNDO_LIFE, twice.clone())
        .when(release(1))
        .then_expect_events(vec![released(1, Some(ADA))]);
    given(days(8), twice.clone()).when(release(3)).then_expect_events(vec![]);
    let once = [twice, vec![released(1, Some(ADA))]].concat();
    given(days(8), once.clone()).when(release(1)).then_expect_events(vec![]);
    given(days(8), once.clone()).when(release(2)).then_expect_events(vec![released(2, Some(KING))]);
    // The second change could be taken back an hour longer.
    let between = asked_at(2) + UNDO_LIFE - Duration::seconds(1);
    given(between, once.clone()).when(undo(2)).then_expect_events(vec![undone(&[2], KING, &[COUNTESS])]);
    given(between, once).when(undo(1)).then_expect_error(Error::NoEmailChange);
}

#[test]
fn a_former_address_that_holds_again_is_kept() {
    // As the present one, or as one to which another change can go back.
    given(days(8), moved(&[KING, ADA])).when(release(1)).then_expect_events(vec![released(1, None)]);
    let wandering = moved(&[KING, COUNTESS, KING, ADA]);
    given(days(8), wandering.clone()).when(release(2)).then_expect_events(vec![released(2, None)]);
    let former = |events| holder(events).former_emails.len();
    assert_eq!((former(wandering.clone()), former([wandering, vec![released(2, None)]].concat())), (4, 3));
}

#[test]
fn what_was_taken_back_is_not_given_up_later() {
    let back = [moved(&[KING]), vec![undone(&[1], ADA, &[KING])]].concat();
    given(days(8), back).when(release(1)).then_expect_events(vec![]);
}
