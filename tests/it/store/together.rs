//! Commands to several aggregates: all of it comes true, or nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use domain::account::{Account, AccountCommand};
use domain::organization::{Organization, OrganizationAction, OrganizationCommand, OrganizationError, Role};
use domain::{AccountId, Actor, ChallengeId, MembershipId, OrganizationId};
use event_store::records::RecordWrite;
use event_store::{CommandContext, CommitExtras, Committed, ExecuteError};
use futures::future::join_all;

use crate::support::{TestApp, account_context};

type Refusal = ExecuteError<OrganizationError>;

fn action(by: AccountId, action: OrganizationAction) -> OrganizationCommand {
    OrganizationCommand { by: Actor::Account(by).into(), action }
}

/// Creates an organization with its first owner.
async fn create(app: &TestApp, owner: AccountId) -> OrganizationId {
    let store = &app.foundation.store;
    let organization_id = OrganizationId::generate(store.services());
    let membership_id = MembershipId::generate(store.services());
    let done: Result<Committed<()>, ExecuteError<anyhow::Error>> = store
        .transact(&account_context(owner), async |mut unit| {
            let name = "Example".to_owned();
            let create = OrganizationAction::Create { organization_id, name, owner, membership_id };
            unit.execute::<Organization>(&organization_id.to_string(), action(owner, create)).await?;
            let join = AccountCommand::JoinOrganization { organization_id, membership_id };
            unit.execute::<Account>(&owner.to_string(), join).await?;
            Ok((unit, CommitExtras::default(), ()))
        })
        .await;
    assert_eq!(done.unwrap().events.len(), 3);
    organization_id
}

async fn count(app: &TestApp) -> i64 {
    let pool = app.foundation.store.pool();
    sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn what_belongs_together_is_stored_together_and_next_to_each_other() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    let organization = create(&app, ada).await;
    let store = &app.foundation.store;
    let (body, version) = store.load::<Organization>(&organization.to_string()).await.unwrap();
    assert!(body.body().unwrap().is_only_owner(ada));
    assert_eq!(version, 2);
    let (account, version) = store.load::<Account>(&ada.to_string()).await.unwrap();
    assert!(account.holder().unwrap().memberships.contains_key(&organization));
    assert_eq!(version, 2);
    let xids: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT xid::text FROM events WHERE sequence <= 2 AND event_type <> 'account.registered'",
    )
    .fetch_all(store.pool())
    .await
    .unwrap();
    assert_eq!(xids.len(), 1, "one transaction");
}

#[tokio::test]
async fn a_refusal_by_one_leaves_nothing_of_the_others() {
    let app = TestApp::build().await;
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let organization = create(&app, ada).await;
    let before = count(&app).await;
    let store = &app.foundation.store;
    let refused: Result<Committed<()>, ExecuteError<Refusal>> = store
        .transact(&account_context(ada), async |mut unit| {
            let membership_id = MembershipId::generate(store.services());
            let role = Role::Member;
            let add = OrganizationAction::AddMember { account_id: bob, membership_id, role };
            unit.execute::<Organization>(&organization.to_string(), action(ada, add)).await?;
            let remove = OrganizationAction::RemoveMember { account_id: ada };
            unit.execute::<Organization>(&organization.to_string(), action(ada, remove)).await?;
            Ok((unit, CommitExtras::default(), ()))
        })
        .await;
    assert!(matches!(
        refused,
        Err(ExecuteError::Refused(ExecuteError::Refused(OrganizationError::LastOwner)))
    ));
    assert_eq!(count(&app).await, before);
}

#[tokio::test]
async fn what_works_once_and_was_used_leaves_nothing_either() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    let before = count(&app).await;
    let store = &app.foundation.store;
    let spent = RecordWrite::TakeOneTimeCode(ChallengeId::generate(store.services()));
    let extras = CommitExtras { records: vec![spent], ..CommitExtras::default() };
    let context = account_context(ada);
    let name = AccountCommand::ChangeName { name: "Ada".to_owned() };
    let refused = store.execute::<Account>(&ada.to_string(), name.clone(), &context, extras.clone()).await;
    assert!(matches!(refused, Err(ExecuteError::AlreadyUsed)));
    let refused: Result<Committed<()>, ExecuteError<anyhow::Error>> = store
        .transact(&context, async |mut unit| {
            unit.execute::<Account>(&ada.to_string(), name.clone()).await?;
            Ok((unit, extras.clone(), ()))
        })
        .await;
    assert!(matches!(refused, Err(ExecuteError::AlreadyUsed)));
    assert_eq!(count(&app).await, before);
}

#[tokio::test]
async fn whoever_was_slower_with_one_of_them_does_all_of_it_again() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    let organization = create(&app, ada).await;
    let store = &app.foundation.store;
    let elsewhere = app.beside();
    let tries = AtomicU32::new(0);
    let done: Result<Committed<()>, ExecuteError<anyhow::Error>> = store
        .transact(&account_context(ada), async |mut unit| {
            let name = AccountCommand::ChangeName { name: "Ada".to_owned() };
            unit.execute::<Account>(&ada.to_string(), name).await?;
            let rename = OrganizationAction::Rename { name: "Renamed".to_owned() };
            unit.execute::<Organization>(&organization.to_string(), action(ada, rename)).await?;
            if tries.fetch_add(1, Ordering::Relaxed) == 0 {
                // Another process gets in between.
                let (id, context) = (ada.to_string(), account_context(ada));
                let command = AccountCommand::ChangePassword;
                elsewhere.store.execute::<Account>(&id, command, &context, CommitExtras::default()).await?;
            }
            Ok((unit, CommitExtras::default(), ()))
        })
        .await;
    assert_eq!((done.unwrap().events.len(), tries.load(Ordering::Relaxed)), (2, 2));
}

/// Another process stores in both streams without end. Whoever works on them loses twice, and then has its turn.
#[tokio::test]
async fn whoever_has_lost_twice_loses_no_more() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    let organization = create(&app, ada).await;
    let (store, elsewhere) = (&app.foundation.store, app.beside().store);
    let over = AtomicBool::new(false);
    let flood = join_all((0..16).map(|n: usize| {
        let (elsewhere, over) = (&elsewhere, &over);
        async move {
            // The service's own commands wait for no account's.
            let context = CommandContext::service(uuid::Uuid::nil());
            let mut stored = 0;
            while !over.load(Ordering::Relaxed) {
                let name = AccountCommand::ChangeName { name: format!("{n} {stored}") };
                let id = ada.to_string();
                elsewhere.execute::<Account>(&id, name, &context, CommitExtras::default()).await.unwrap();
                stored += 1;
            }
            stored
        }
    }));
    let work = async {
        let mut most = 0;
        for round in 0..20 {
            let tries = AtomicU32::new(0);
            let done: Result<Committed<()>, ExecuteError<anyhow::Error>> = store
                .transact(&account_context(ada), async |mut unit| {
                    tries.fetch_add(1, Ordering::Relaxed);
                    let rename = OrganizationAction::Rename { name: format!("Round {round}") };
                    unit.execute::<Organization>(&organization.to_string(), action(ada, rename)).await?;
                    let name = AccountCommand::ChangeName { name: format!("Round {round}") };
                    unit.execute::<Account>(&ada.to_string(), name).await?;
                    Ok((unit, CommitExtras::default(), ()))
                })
                .await;
            assert_eq!(done.unwrap().events.len(), 2);
            most = most.max(tries.into_inner());
        }
        over.store(true, Ordering::Relaxed);
        most
    };
    let (stored, most) = tokio::join!(flood, work);
    assert!(stored.iter().all(|stored| *stored > 0), "the turn of each of them comes: {stored:?}");
    // Whether it loses at all is chance; that it loses no third time is not.
    assert!(most <= 3, "{most}");
}

/// Many pairs of streams that overlap, written from several processes at once: no deadlock, and no half.
#[tokio::test]
async fn many_at_once_neither_block_each_other_nor_leave_halves() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    let organizations = join_all((0..4).map(|_| create(&app, ada))).await;
    let processes: Vec<_> = (0..2).map(|_| app.beside().store).collect();
    let renamed = join_all((0..24).map(|n: usize| {
        let (store, organizations) = (&processes[n % 2], &organizations);
        async move {
            let pair = [organizations[n % 4], organizations[(n + 1 + n / 4) % 4]];
            let name = format!("Round {n}");
            let context = account_context(ada);
            let done: Result<Committed<()>, ExecuteError<anyhow::Error>> = store
                .transact(&context, async |mut unit| {
                    for id in pair.iter().collect::<BTreeSet<_>>() {
                        let rename = OrganizationAction::Rename { name: name.clone() };
                        unit.execute::<Organization>(&id.to_string(), action(ada, rename)).await?;
                    }
                    Ok((unit, CommitExtras::default(), ()))
                })
                .await;
            match done {
                Ok(done) => done.events.len(),
                Err(ExecuteError::Contended) => 0,
                Err(error) => panic!("{error:?}"),
            }
        }
    }))
    .await;
    let stored: i64 =
        sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = 'organization.renamed'")
            .fetch_one(app.foundation.store.pool())
            .await
            .unwrap();
    assert_eq!(stored, i64::try_from(renamed.iter().sum::<usize>()).unwrap());
    assert!(stored > 12, "{renamed:?}");
}
