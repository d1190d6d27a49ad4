//! Erasing and pruning: what is gone is gone, and everything verifies as before.

use domain::account::Account;
use domain::{AccountId, Scope};
use event_store::KeyName;
use event_store::log;
use event_store::proof::{self, EventName};
use uuid::Uuid;

use super::Logbook;
use super::logbook::{assert_found, assert_sound, sent};

async fn erase(book: &Logbook, account: AccountId) {
    for scope in [Scope::Activity, Scope::Profile] {
        let name = KeyName::new(account.to_string(), scope.as_str());
        book.app.foundation.erasures.destroy_key(&name, "req_1").await.unwrap();
    }
}

/// The events of an account, by position.
async fn events_of(book: &Logbook, account: AccountId) -> Vec<(i64, Uuid)> {
    sqlx::query_as(
        "SELECT position, e.event_id FROM log JOIN events e USING (era, xid, ord) WHERE aggregate_id = $1 ORDER BY 1",
    )
    .bind(account.to_string())
    .fetch_all(book.pool())
    .await
    .unwrap()
}

async fn prune(book: &Logbook, event: Uuid) -> Result<bool, proof::ProofError> {
    let mut db = book.pool().acquire().await.unwrap();
    proof::prune(&mut db, event, "req_1").await
}

#[tokio::test]
async fn erasing_and_pruning_a_person_breaks_no_proof_and_no_reader() {
    let book = Logbook::write().await;
    let kept = book.sign().await;
    let ada = book.accounts[0];
    let events = events_of(&book, ada).await;
    erase(&book, ada).await;
    assert_sound(&book.verify().await);
    let read = || async {
        let store = &book.app.foundation.store;
        let positions: Vec<i64> = events.iter().map(|event| event.0).collect();
        let entries = log::read_at(store.pool(), &positions).await.unwrap();
        let opened = log::open(store.log(), entries).await.unwrap();
        let (account, version) = store.load::<Account>(&ada.to_string()).await.unwrap();
        (opened, format!("{account:?}"), version)
    };
    let erased = read().await;
    assert!(erased.0[0].payload.to_string().contains("$erased"), "{:?}", erased.0[0]);

    for (_, event) in &events {
        assert!(prune(&book, *event).await.unwrap());
        assert!(!prune(&book, *event).await.unwrap(), "there is nothing left to prune");
    }
    let ciphertext: i64 = sqlx::query_scalar(
        r#"SELECT count(*) FROM events WHERE aggregate_id = $1
           AND (payload::text LIKE '%{"$enc":{"c"%' OR metadata::text LIKE '%{"$enc":{"c"%')"#,
    )
    .bind(ada.to_string())
    .fetch_one(book.pool())
    .await
    .unwrap();
    assert_eq!(ciphertext, 0);
    assert_eq!(read().await, erased, "a pruned value reads as an erased one");

    // The sequencer, the signer and the verifier go on, and what was kept before still holds.
    book.go_on(1).await;
    book.sign().await;
    let report = book.verify().await;
    assert_sound(&report);
    assert_eq!(report.checked.pruned, events.len() as u64);
    assert_sound(&book.verify_since(&kept).await);
    let mut db = book.pool().acquire().await.unwrap();
    for proof in [
        proof::inclusion(&mut db, EventName::Position(1)).await.unwrap(),
        proof::history(&mut db, ada).await.unwrap(),
    ] {
        sent(&proof).check(&book.public()).unwrap();
    }

    // What is left of a pruned event is as well protected as any other.
    book.keep().await;
    let id = events[2].1;
    book.tamper(&[&format!(
        r#"UPDATE events SET metadata = replace(metadata::text, '"h":"', '"h":"A')::json WHERE event_id = '{id}'"#
    )])
    .await;
    assert_found(&book.verify().await, events[2].0 as u64, "a column of it was changed", "digest changed");
    book.put_back().await;
    book.tamper(&[&format!(
        "UPDATE events SET recorded_at = recorded_at + interval '1 second' WHERE event_id = '{id}'"
    )])
    .await;
    assert_found(&book.verify().await, events[2].0 as u64, "a column of it was changed", "time changed");
}

#[tokio::test]
async fn nothing_is_pruned_that_somebody_can_still_open() {
    let book = Logbook::write().await;
    book.sign().await;
    let (position, event) = events_of(&book, book.accounts[1]).await[0];
    let refused = format!("{:#}", anyhow::Error::from(prune(&book, event).await.unwrap_err()));
    assert!(refused.contains("append-only"), "{refused}");
    // Nor by hand, with a record of it and without.
    for statement in [
        format!("INSERT INTO pruned_event (event_id, request) VALUES ('{event}', 'req_1')"),
        format!("UPDATE events SET payload = event_reduce(payload::text)::json WHERE event_id = '{event}'"),
    ] {
        let done = sqlx::query(&statement).execute(book.pool()).await;
        assert_eq!(done.is_ok(), statement.starts_with("INSERT"), "{statement}");
    }

    // Whoever does it nevertheless is found: the data of a person was destroyed.
    let force = format!(
        "UPDATE events SET payload = event_reduce(payload::text)::json, metadata = event_reduce(metadata::text)::json
         WHERE event_id = '{event}'"
    );
    book.tamper(&[&force]).await;
    let report = book.verify().await;
    assert_found(&report, position as u64, "a key to it was not destroyed", "forced");
    assert_eq!(report.findings.count(), 1);
    book.tamper(&["DELETE FROM pruned_event"]).await;
    assert_found(&book.verify().await, position as u64, "not on record", "unrecorded");
}

#[tokio::test]
async fn an_erased_event_can_be_pruned_and_not_changed_otherwise() {
    let book = Logbook::write().await;
    let ada = book.accounts[0];
    let (_, event) = events_of(&book, ada).await[0];
    erase(&book, ada).await;
    let record = format!("INSERT INTO pruned_event (event_id, request) VALUES ('{event}', 'req_1')");
    sqlx::query(&record).execute(book.pool()).await.unwrap();
    for change in [
        "event_type = 'account.signed_in'",
        "payload = '{}'",
        "payload = event_reduce(payload::text)::json, recorded_at = recorded_at - interval '1 day'",
        "payload = event_reduce(payload::text)::json",
    ] {
        let statement = format!("UPDATE events SET {change} WHERE event_id = '{event}'");
        let refused = sqlx::query(&statement).execute(book.pool()).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{change}: {refused}");
    }
    assert!(prune(&book, event).await.unwrap());
}

#[tokio::test]
async fn an_event_sequenced_before_pruning_existed_verifies_and_keeps_its_ciphertext() {
    let book = Logbook::write().await;
    let ada = book.accounts[0];
    let (position, event) = events_of(&book, ada).await[0];
    // Its leaf as earlier releases made it, over the ciphertext itself, and the chain after it.
    book.tamper(&[
        &format!(
            "UPDATE log SET leaf = (SELECT sha256('\\x00'::bytea || int8send(16) || uuid_send(event_id)
                 || int8send(8) || int8send(sequence) || string_agg(int8send(length(part)) || part, ''::bytea ORDER BY n))
             FROM events, unnest(ARRAY[aggregate_type, aggregate_id, event_type, event_version,
                 extract(epoch FROM recorded_at)::numeric::text, payload::text, metadata::text])
                 WITH ORDINALITY AS column_text (text, n), convert_to(text, 'UTF8') AS part
             WHERE event_id = '{event}' GROUP BY event_id, sequence) WHERE position = {position}"
        ),
        "DO $$ DECLARE before bytea := '\\x0000000000000000000000000000000000000000000000000000000000000000'; r record;
         BEGIN FOR r IN SELECT position, leaf FROM log ORDER BY position LOOP
             before := sha256(before || r.leaf);
             UPDATE log SET chain = before WHERE position = r.position;
         END LOOP; END $$",
    ])
    .await;
    book.sign().await;
    assert_sound(&book.verify().await);
    erase(&book, ada).await;
    let refused = prune(&book, event).await.unwrap_err().to_string();
    assert!(refused.contains("its leaf needs the ciphertext"), "{refused}");
    assert_sound(&book.verify().await);
}
