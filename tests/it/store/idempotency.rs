//! Answers already given: who may still answer for a key.

use event_store::vault::idempotency::{Claimed, Ticket, claim};

use crate::support::House;

async fn asked(house: &House) -> Claimed {
    claim(&house.foundation.store, "acc_1", "key", b"body").await.unwrap()
}

async fn first(house: &House) -> Ticket {
    match asked(house).await {
        Claimed::First(ticket) => ticket,
        _ => panic!("it is being carried out already"),
    }
}

#[tokio::test]
async fn who_comes_late_does_not_answer_for_whoever_took_over() {
    let house = House::build().await;
    let late = first(&house).await;
    sqlx::query("UPDATE idempotency SET started_at = started_at - interval '2 minutes'")
        .execute(house.foundation.store.pool())
        .await
        .unwrap();
    let successor = first(&house).await;

    late.give_up().await.unwrap();
    assert!(matches!(asked(&house).await, Claimed::Pending), "the successor is still at work");
    late.answered(b"of the first").await.unwrap();
    assert!(matches!(asked(&house).await, Claimed::Pending), "the successor has not answered");
    successor.answered(b"of the successor").await.unwrap();
    let Claimed::Answered(answer) = asked(&house).await else { panic!("nothing was kept") };
    assert_eq!(answer, b"of the successor");
}
