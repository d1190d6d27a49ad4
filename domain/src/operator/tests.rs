//! Given, when, then.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::OperatorCommand as Command;
use super::OperatorError as Error;
use super::OperatorEvent as Event;
use super::*;
use crate::Effects;
use crate::services::fixed;

fn operator_id() -> OperatorId {
    OperatorId::from_uuid(Uuid::from_u128(1))
}

fn given(events: Vec<Event>) -> AggregateTestExecutor<Operator> {
    TestFramework::with(fixed(DateTime::UNIX_EPOCH)).given(events)
}

fn create(expires_at: Option<DateTime<Utc>>) -> Command {
    Command::Create {
        operator_id: operator_id(),
        name: "Charles".to_owned(),
        scopes: [OperatorScope::Audit].into(),
        expires_at,
    }
}

fn created(expires_at: Option<DateTime<Utc>>) -> Event {
    Event::Created {
        operator_id: operator_id(),
        name: Personal::profile(operator_id(), "Charles".to_owned()),
        scopes: [OperatorScope::Audit].into(),
        expires_at,
    }
}

fn body(events: Vec<Event>) -> Option<OperatorState> {
    let mut operator = Operator::default();
    events.into_iter().for_each(|event| operator.apply(event));
    operator.body
}

const LOOK: Command = Command::RecordViewed { what: OperatorViewed::Checkpoint };
const LOOKED: Event = Event::Viewed { what: OperatorViewed::Checkpoint };

#[test]
fn an_operator_is_let_in_once_for_a_while_or_for_good() {
    for expires_at in [None, Some(DateTime::UNIX_EPOCH)] {
        given(vec![]).when(create(expires_at)).then_expect_events(vec![created(expires_at)]);
        assert_eq!(body(vec![created(expires_at)]).unwrap().expires_at, expires_at);
    }
    given(vec![created(None)]).when(create(None)).then_expect_error(Error::AlreadyCreated);
    given(vec![created(None), Event::Revoked {}]).when(create(None)).then_expect_error(Error::AlreadyCreated);
}

#[test]
fn nothing_else_happens_before_that() {
    for command in [Command::Revoke, LOOK] {
        given(vec![]).when(command).then_expect_error(Error::Unknown);
    }
    assert_eq!(body(vec![Event::Revoked {}, LOOKED]), None);
}

#[test]
fn a_token_is_revoked_once() {
    given(vec![created(None)]).when(Command::Revoke).then_expect_events(vec![Event::Revoked {}]);
    let revoked = vec![created(None), Event::Revoked {}];
    given(revoked.clone()).when(Command::Revoke).then_expect_events(vec![]);
    assert!(body(revoked).unwrap().revoked && !body(vec![created(None)]).unwrap().revoked);
}

/// Also one that crosses a revocation: it has happened.
#[test]
fn each_look_is_recorded() {
    for history in [vec![created(None)], vec![created(None), LOOKED], vec![created(None), Event::Revoked {}]]
    {
        given(history).when(LOOK).then_expect_events(vec![LOOKED]);
    }
    assert_eq!(body(vec![created(None), LOOKED]), body(vec![created(None)]));
}

/// Signing in, signing out and having things tried again are on record, and change nothing else.
#[test]
fn what_they_do_at_the_desk_is_recorded() {
    let retried = OperatorRetried::Messages;
    let acts = [
        (Command::SignIn, Event::SignedIn {}),
        (Command::SignOut, Event::SignedOut {}),
        (Command::Retry { what: retried }, Event::Retried { what: retried }),
    ];
    for (command, event) in acts {
        given(vec![]).when(command.clone()).then_expect_error(Error::Unknown);
        given(vec![created(None)]).when(command).then_expect_events(vec![event.clone()]);
        assert_eq!(body(vec![created(None), event]), body(vec![created(None)]));
    }
}

#[test]
fn with_a_revoked_token_nobody_signs_in() {
    let revoked = vec![created(None), Event::Revoked {}];
    given(revoked.clone()).when(Command::SignIn).then_expect_error(Error::Revoked);
    given(revoked).when(Command::SignOut).then_expect_events(vec![Event::SignedOut {}]);
}

#[test]
fn no_event_has_an_effect() {
    let retried = Event::Retried { what: OperatorRetried::ParkedEvents };
    for event in [created(None), Event::Revoked {}, LOOKED, Event::SignedIn {}, Event::SignedOut {}, retried]
    {
        assert_eq!(event.effects(), vec![]);
    }
}

#[test]
fn scopes_are_read_as_they_are_shown() {
    for scope in OperatorScope::ALL {
        assert_eq!(scope.to_string().parse(), Ok(scope));
    }
    assert_eq!("Admin".parse::<OperatorScope>(), Err(UnknownScope));
}
