//! A forger who knows how everything is made, and makes all of it anew. What they cannot make is a signature.

use event_store::proof::verify::Verification;
use event_store::proof::{ProofError, SigningKey};

use super::Logbook;
use super::logbook::{assert_found, assert_sound};

/// What follows from the log, forgotten.
const FORGET: [&str; 4] = [
    "DELETE FROM log_tile",
    "DELETE FROM stream_head",
    "DELETE FROM stream_bucket",
    "UPDATE log_tree SET size = 0",
];

#[tokio::test]
async fn a_history_written_anew_is_not_the_one_that_was_signed() {
    let book = Logbook::write().await;
    let kept = book.sign().await;
    book.go_on(1).await;
    book.sign().await;
    book.keep().await;
    let (id, next) = (book.event_at(10).await, book.event_at(11).await);
    let columns = "aggregate_type, event_type, event_version, payload, metadata, recorded_at, era, xid";
    let cases = [
        ("changed", format!("UPDATE events SET recorded_at = recorded_at - interval '1 day' WHERE event_id = '{id}'")),
        // The last of its stream, so that the stream has no gap.
        (
            "removed",
            "DELETE FROM events WHERE event_id = (SELECT event_id FROM log WHERE position = 27)".to_owned(),
        ),
        (
            "put in",
            format!(
                "INSERT INTO events (aggregate_id, sequence, event_id, ord, {columns})
                 SELECT 'acc_put_in', 1, gen_random_uuid(), ord + 1000, {columns} FROM events WHERE event_id = '{id}'"
            ),
        ),
        (
            "swapped",
            format!(
                "WITH other AS (SELECT * FROM true_events) UPDATE events a SET (era, xid, ord) =
                     (SELECT era, xid, ord FROM other b WHERE b.event_id IN ('{id}', '{next}') AND b.event_id <> a.event_id)
                 WHERE event_id IN ('{id}', '{next}')"
            ),
        ),
    ];
    for (case, forgery) in cases {
        let mut statements = vec!["DROP INDEX IF EXISTS events_commit_order", &forgery, "DELETE FROM log"];
        book.tamper(&statements).await;
        book.sequence().await;
        let report = book.verify().await;
        // Up to which signed size the log is still the true one.
        let since = if case == "removed" { 25 } else { 1 };
        let what = if case == "removed" { "the end was cut off" } else { "is not that of the checkpoint" };
        let position = if case == "removed" { 27 } else { since };
        assert_found(&report, position, what, case);

        // They also forget what was signed, and whatever follows from the true log.
        statements = FORGET.to_vec();
        statements.push("DELETE FROM checkpoint_note");
        book.tamper(&statements).await;
        assert_found(&book.verify().await, position, what, &format!("{case}, seen from the object store"));
        if case != "removed" {
            let kept_only = Verification { objects: None, kept: Some(kept.clone()), ..book.verification() };
            assert_found(&kept_only.run().await.unwrap(), 1, what, &format!("{case}, seen by the auditor"));
            let since = book.verify_since(&kept).await;
            assert!(since.findings.count() > 0, "{case}: verified since");
        }
        book.put_back().await;
    }
}

#[tokio::test]
async fn the_notary_signs_nothing_that_does_not_go_on_from_what_it_signed() {
    let book = Logbook::write().await;
    book.sign().await;
    book.keep().await;
    let id = book.event_at(10).await;
    let change = format!("UPDATE events SET event_version = '2' WHERE event_id = '{id}'");
    let mut statements = vec![change.as_str(), "DELETE FROM log"];
    statements.extend(FORGET);
    book.tamper(&statements).await;
    book.sequence().await;
    book.go_on(1).await;
    let mut db = book.pool().acquire().await.unwrap().detach();
    let refused = book.notary().sign_newest(&mut db).await.unwrap_err();
    assert!(matches!(&refused, ProofError::Broken(_)), "{refused}");
    assert!(refused.to_string().contains("are not those that were signed"), "{refused}");

    // Nor when its own end was cut off.
    book.put_back().await;
    book.tamper(&["DELETE FROM log WHERE position > 20"]).await;
    let mut db = book.pool().acquire().await.unwrap().detach();
    let refused = book.notary().sign_newest(&mut db).await.unwrap_err();
    assert!(refused.to_string().contains("the log ends at position 20"), "{refused}");
}

#[tokio::test]
async fn a_checkpoint_that_somebody_else_signed_is_found() {
    let book = Logbook::write().await;
    book.sign().await;
    book.keep().await;
    let changed = "UPDATE checkpoint_note SET note = replace(note, E'\\n24\\n', E'\\n23\\n')";
    book.tamper(&[changed]).await;
    assert_found(&book.verify().await, 24, "the signature of", "a line changed");
    book.put_back().await;

    // A key of the forger's own.
    let folder = tempfile::tempdir().unwrap();
    let other = SigningKey::from_file_or_new(&folder.path().join("key")).unwrap();
    let theirs = Verification { keys: vec![other.public().clone()], ..book.verification() };
    assert_found(&theirs.run().await.unwrap(), 24, "no signature of", "another key");
    // After a change of keys the auditor has both.
    let both = [book.public(), vec![other.public().clone()]].concat();
    assert_sound(&Verification { keys: both, ..book.verification() }.run().await.unwrap());

    // One put beside the true ones.
    let archives = &book.house.foundation.archives;
    archives
        .put_plain("checkpoints/00000000000000000003-0000000000000000", "text\n".to_owned())
        .await
        .unwrap();
    let report = book.verify().await;
    assert_eq!(report.findings.count(), 1);
    assert!(report.findings.kept()[0].what.contains("checkpoints/00000000000000000003"), "{report:?}");
}
