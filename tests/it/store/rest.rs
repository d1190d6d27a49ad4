//! What a piece of work rests on must still hold, whether it stores something or refuses.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::account::{Account, AccountCommand};
use domain::organization::{Organization, OrganizationAction, OrganizationCommand, OrganizationError, Role};
use domain::{AccountId, Actor};
use event_store::{CommitExtras, ExecuteError};

use crate::support::{Team, TestApp, account_context, found_team};

async fn team(app: &TestApp) -> (Team, [AccountId; 2]) {
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let members = [(ada, Role::Owner), (bob, Role::Member)];
    (found_team(&app.foundation.store, &members).await, [ada, bob])
}

/// Bob leaves, in a work of its own and in another process: in one his commands go one after the other.
async fn leave(app: &TestApp, team: &Team, bob: AccountId) {
    let (context, elsewhere) = (account_context(bob), app.beside());
    let left = elsewhere.store.transact(&context, async |mut unit| {
        let action = OrganizationAction::RemoveMember { account_id: bob };
        let command = OrganizationCommand { by: Actor::Account(bob).into(), action };
        unit.execute::<Organization>(&team.id.to_string(), command).await.unwrap();
        let leave = AccountCommand::LeaveOrganization { organization_id: team.id };
        unit.execute::<Account>(&bob.to_string(), leave).await.unwrap();
        Ok::<_, ()>((unit, CommitExtras::default(), ()))
    });
    left.await.unwrap();
}

#[tokio::test]
async fn nothing_is_stored_that_rests_on_what_has_moved_on() {
    let app = TestApp::build().await;
    let (team, [ada, bob]) = team(&app).await;
    let (store, tries) = (&app.foundation.store, AtomicU32::new(0));
    // Ada does something because Bob is a member; he leaves before it is stored.
    let context = account_context(ada);
    let done = store.transact(&context, async |mut unit| {
        let organization: Organization = unit.load(&team.id.to_string()).await.unwrap();
        let is_member = organization.body().unwrap().members.contains_key(&bob);
        let name = if is_member { "Bob is there" } else { "Bob is gone" };
        let change = AccountCommand::ChangeName { name: name.to_owned() };
        unit.execute::<Account>(&ada.to_string(), change).await.unwrap();
        if tries.fetch_add(1, Ordering::SeqCst) == 0 {
            leave(&app, &team, bob).await;
        }
        Ok::<_, ()>((unit, CommitExtras::default(), name))
    });
    assert_eq!(done.await.unwrap().answer, "Bob is gone");
    assert_eq!(tries.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_refusal_that_rests_on_aggregates_of_different_times_is_none() {
    let app = TestApp::build().await;
    let (team, [_, bob]) = team(&app).await;
    let (store, tries) = (&app.foundation.store, AtomicU32::new(0));
    // His account still says that he is a member, the organization no longer.
    let context = account_context(bob);
    let done = store.transact(&context, async |mut unit| {
        let before: Account = unit.load(&bob.to_string()).await.unwrap();
        if tries.fetch_add(1, Ordering::SeqCst) == 0 {
            leave(&app, &team, bob).await;
        }
        for id in before.holder.unwrap().memberships.keys() {
            let action = OrganizationAction::ReleaseMember { account_id: bob, successor: None };
            let command = OrganizationCommand { by: Actor::Account(bob).into(), action };
            unit.execute::<Organization>(&id.to_string(), command).await?;
        }
        unit.execute::<Account>(&bob.to_string(), AccountCommand::Delete).await.unwrap();
        Ok::<_, ExecuteError<OrganizationError>>((unit, CommitExtras::default(), ()))
    });
    done.await.unwrap();
    assert_eq!(tries.load(Ordering::SeqCst), 2);

    // One that is as it was seen stands, at once.
    tries.store(0, Ordering::SeqCst);
    let refused = store.transact(&context, async |mut unit| {
        tries.fetch_add(1, Ordering::SeqCst);
        let _: Account = unit.load(&bob.to_string()).await.unwrap();
        let action = OrganizationAction::RemoveMember { account_id: bob };
        let command = OrganizationCommand { by: Actor::Account(bob).into(), action };
        unit.execute::<Organization>(&team.id.to_string(), command).await?;
        Ok::<_, ExecuteError<OrganizationError>>((unit, CommitExtras::default(), ()))
    });
    let refusal = refused.await.unwrap_err();
    assert!(matches!(refusal, ExecuteError::Refused(ExecuteError::Refused(OrganizationError::Unknown))));
    assert_eq!(tries.load(Ordering::SeqCst), 1);
}
