//! Answers already given: who may still answer for a key.

use domain::account::{Account, AccountCommand};
use event_store::vault::idempotency::{Claimed, Ticket, claim};
use event_store::{Attached, CommandContext, ExecuteError};

use crate::support::{House, account_context};

async fn asked(house: &House) -> Claimed {
    claim(&house.foundation.store, "acc_1", "key", b"body").await.unwrap()
}

async fn first(house: &House) -> Ticket {
    match asked(house).await {
        Claimed::First(ticket) => ticket,
        _ => panic!("it is being carried out already"),
    }
}

/// Longer ago than a request may take.
async fn let_pass(house: &House) {
    sqlx::query("UPDATE idempotency SET started_at = started_at - interval '2 minutes'")
        .execute(house.foundation.store.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_stored_for_a_key_is_not_done_again_although_nobody_answered() {
    let house = House::build().await;
    let ada = house.register("ada@example.com").await;
    let store = &house.foundation.store;
    let rename = async |ticket: &Ticket, name: &str| {
        let context = CommandContext { once: Some(ticket.mark()), ..account_context(ada) };
        let command = AccountCommand::ChangeName { name: name.to_owned() };
        store.execute::<Account>(&ada.to_string(), command, &context, Attached::default()).await
    };
    let idle = first(&house).await;
    let_pass(&house).await;
    let ticket = first(&house).await;
    // Whoever was taken over stores nothing any more.
    assert!(matches!(rename(&idle, "Too late").await, Err(ExecuteError::Spent)));
    rename(&ticket, "Ada King").await.unwrap();
    assert!(matches!(asked(&house).await, Claimed::Pending), "it may still be answered");
    ticket.give_up().await.unwrap();
    let_pass(&house).await;
    assert!(matches!(asked(&house).await, Claimed::Lost));
    let (account, version) = store.load::<Account>(&ada.to_string()).await.unwrap();
    assert_eq!((account.holder.unwrap().name.known().unwrap().as_str(), version), ("Ada King", 2));
}

#[tokio::test]
async fn who_comes_late_does_not_answer_for_whoever_took_over() {
    let house = House::build().await;
    let late = first(&house).await;
    let_pass(&house).await;
    let successor = first(&house).await;

    late.give_up().await.unwrap();
    assert!(matches!(asked(&house).await, Claimed::Pending), "the successor is still at work");
    late.answered(b"of the first").await.unwrap();
    assert!(matches!(asked(&house).await, Claimed::Pending), "the successor has not answered");
    successor.answered(b"of the successor").await.unwrap();
    let Claimed::Answered(answer) = asked(&house).await else { panic!("nothing was kept") };
    assert_eq!(answer, b"of the successor");
}
