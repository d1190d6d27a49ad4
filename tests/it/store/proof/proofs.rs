//! Proofs made from the database, sent as text, and checked without it.

use event_store::proof::{self, CheckError, EventName, OldCheckpoint, Proof};

use super::Logbook;
use super::logbook::sent;

#[tokio::test]
async fn every_event_is_proved_to_be_in_the_log_and_no_other() {
    let book = Logbook::write().await;
    book.sign().await;
    let mut db = book.pool().acquire().await.unwrap();
    let keys = book.public();
    for position in 1..=24 {
        let proof = sent(&proof::inclusion(&mut db, EventName::Position(position)).await.unwrap());
        let told = proof.check(&keys).unwrap();
        assert!(told.contains(&format!("at position {position} of")), "{told}");
        let Proof::Inclusion(mut forged) = proof else { panic!() };
        forged.event.event_type = "account.signed_out".into();
        assert!(matches!(Proof::Inclusion(forged.clone()).check(&keys), Err(CheckError::Flawed(_))));
        forged.leaf = forged.event.leaf();
        assert!(matches!(Proof::Inclusion(forged).check(&keys), Err(CheckError::Flawed(_))));
    }
    let id = book.event_at(5).await;
    let by_id = proof::inclusion(&mut db, EventName::Id(id)).await.unwrap();
    assert_eq!(by_id, proof::inclusion(&mut db, EventName::Position(5)).await.unwrap());

    let absent = proof::inclusion(&mut db, EventName::Position(25)).await.unwrap_err().to_string();
    assert!(absent.contains("no such event"), "{absent}");
    book.go_on(1).await;
    let early = proof::inclusion(&mut db, EventName::Position(25)).await.unwrap_err().to_string();
    assert!(early.contains("no checkpoint covers position 25 yet"), "{early}");
}

#[tokio::test]
async fn a_log_is_proved_to_go_on_from_each_of_its_checkpoints() {
    let book = Logbook::write().await;
    let mut sizes = vec![book.sign().await.size];
    for _ in 0..3 {
        book.go_on(1).await;
        sizes.push(book.sign().await.size);
    }
    assert_eq!(sizes, [24, 27, 30, 33]);
    let mut db = book.pool().acquire().await.unwrap();
    for size in sizes {
        let proof = sent(&proof::consistency(&mut db, OldCheckpoint::Size(size)).await.unwrap());
        let told = proof.check(&book.public()).unwrap();
        assert!(told.contains(&format!("the {size} events stated at")), "{told}");
        let Proof::Consistency(mut forged) = proof else { panic!() };
        forged.path.push(proof::Hash::ZERO);
        assert!(matches!(Proof::Consistency(forged).check(&book.public()), Err(CheckError::Flawed(_))));
    }
    let unknown = proof::consistency(&mut db, OldCheckpoint::Size(25)).await.unwrap_err().to_string();
    assert!(unknown.contains("no checkpoint of 25 events is stored"), "{unknown}");
}

#[tokio::test]
async fn a_history_is_proved_to_be_complete() {
    let book = Logbook::write().await;
    book.sign().await;
    // What comes after the checkpoint is not part of what it states.
    book.go_on(1).await;
    let mut db = book.pool().acquire().await.unwrap();
    let proof = sent(&proof::history(&mut db, book.accounts[0]).await.unwrap());
    let told = proof.check(&book.public()).unwrap();
    assert!(told.contains("named in 1 streams and in no other among the 24 events"), "{told}");
    assert!(told.contains(": 8 events"), "{told}");

    let Proof::History(history) = proof else { panic!() };
    let forgeries: [fn(&mut proof::History); 7] = [
        |history| drop(history.streams[0].events.pop()),
        |history| drop(history.streams[0].events.remove(3)),
        |history| history.streams[0].events.swap(3, 4),
        |history| history.streams[0].events[3].event.payload = "{}".into(),
        |history| history.streams[0].events.clear(),
        |history| history.streams[0].bucket.clear(),
        |history| history.streams[0].path.swap(0, 1),
    ];
    for (n, forge) in forgeries.into_iter().enumerate() {
        let mut forged = history.clone();
        forge(&mut forged);
        let refused = Proof::History(forged).check(&book.public());
        assert!(matches!(refused, Err(CheckError::Flawed(_))), "forgery {n}: {refused:?}");
    }
}

#[tokio::test]
async fn without_a_checkpoint_nothing_is_proved() {
    let book = Logbook::write().await;
    let mut db = book.pool().acquire().await.unwrap();
    let refused = proof::history(&mut db, book.accounts[0]).await.unwrap_err().to_string();
    assert!(refused.contains("`audit checkpoint` makes one"), "{refused}");
}
