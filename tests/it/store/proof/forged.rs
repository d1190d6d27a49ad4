//! A forger who knows how everything is made, and makes all of it anew. What they cannot make is a signature.

use event_store::proof::verify::Verification;
use event_store::proof::{CheckpointSigner, ProofError};

use super::Logbook;
use super::logbook::{assert_found, assert_sound};

/// What follows from the log, forgotten.
const FORGET: [&str; 6] = [
    "DELETE FROM log_tile",
    "DELETE FROM stream_head",
    "DELETE FROM stream_bucket",
    "DELETE FROM subject_stream",
    "DELETE FROM subject_bucket",
    "UPDATE log_tree SET size = 0, subjects = 0",
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
    let refused = book.signer().sign_newest(&mut db).await.unwrap_err();
    assert!(matches!(&refused, ProofError::Broken(_)), "{refused}");
    assert!(refused.to_string().contains("are not those that were signed"), "{refused}");

    // Nor when its own end was cut off.
    book.put_back().await;
    book.tamper(&["DELETE FROM log WHERE position > 20"]).await;
    let mut db = book.pool().acquire().await.unwrap().detach();
    let refused = book.signer().sign_newest(&mut db).await.unwrap_err();
    assert!(refused.to_string().contains("the log ends at position 20"), "{refused}");
}

#[tokio::test]
async fn the_notary_is_bound_by_what_it_signed_whatever_the_table_says() {
    let book = Logbook::write().await;
    let signer = book.signer();
    let mut db = book.pool().acquire().await.unwrap().detach();
    signer.sign_newest(&mut db).await.unwrap();
    book.go_on(1).await;
    book.keep().await;
    let archives = &book.app.foundation.archives;
    let published = archives.list("checkpoints").await.unwrap().remove(0);
    let note = archives.get_plain(&published).await.unwrap();

    let change =
        format!("UPDATE events SET event_version = '2' WHERE event_id = '{}'", book.event_at(10).await);
    // In a name of the forger's own, and true of the false log.
    let foreign =
        "INSERT INTO checkpoint_note (size, note) SELECT 1, E'forger\n1\n' || encode(leaf, 'base64')
        || E'\nstreams ' || encode(leaf, 'base64') || E'\nchain ' || encode(chain, 'base64')
        || E'\ntime 2026-11-24T08:00:00Z\n\n— forger AAAAAAAA\n' FROM log WHERE position = 1";
    let own = "UPDATE checkpoint_note SET note = replace(note, E'\n24\n', E'\n23\n')";
    let cases = [
        ("changed", own, "the newest note in `checkpoint_note` was changed"),
        ("deleted", "DELETE FROM checkpoint_note", "the first 24 events are not those that were signed"),
        ("replaced", foreign, "the first 24 events are not those that were signed"),
    ];
    for (case, forgery, why) in cases {
        let forget = FORGET.iter().copied().chain(["DELETE FROM log", &change]);
        book.tamper(&forget.collect::<Vec<_>>()).await;
        book.sequence().await;
        let clear = if case == "replaced" { "DELETE FROM checkpoint_note" } else { "SELECT 1" };
        book.tamper(&[clear, forgery]).await;
        for (whose, signer) in [("the one that signed", &signer), ("another", &book.signer())] {
            let refused = signer.sign_newest(&mut db).await.unwrap_err().to_string();
            assert!(refused.contains(why), "{case}, {whose}: {refused}");
        }
        // What it signed it knows, even where no copy is left.
        archives.remove_all("checkpoints").await.unwrap();
        assert!(signer.sign_newest(&mut db).await.is_err(), "{case}, no copy left");
        archives.put_plain(&published, note.clone()).await.unwrap();
        book.put_back().await;
    }

    // The log is the true one, and only the note was lost: nothing to refuse.
    book.tamper(&["DELETE FROM checkpoint_note"]).await;
    assert_eq!(book.signer().sign_newest(&mut db).await.unwrap().unwrap().size, 27);
    assert_eq!(archives.list("checkpoints").await.unwrap().len(), 2);
    // As after a restore of what was there before: what was signed meanwhile is not passed over in silence.
    book.put_back().await;
    book.tamper(&["DELETE FROM log WHERE position > 24", "UPDATE log_tree SET size = 24"]).await;
    let refused = book.signer().sign_newest(&mut db).await.unwrap_err().to_string();
    assert!(refused.contains("a checkpoint of 27 events was signed: after a restore"), "{refused}");
}

#[tokio::test]
async fn a_new_key_goes_on_from_what_the_old_one_signed() {
    let book = Logbook::write().await;
    book.sign().await;
    book.go_on(1).await;
    book.keep().await;
    let folder = tempfile::tempdir().unwrap();
    let foundation = &book.app.foundation;
    let other = || {
        let key = event_store::proof::read_or_make_signing_key(&folder.path().join("key")).unwrap();
        CheckpointSigner::new(key, foundation.archives.clone(), foundation.store.services().clone())
    };
    let mut db = book.pool().acquire().await.unwrap().detach();
    let change =
        format!("UPDATE events SET event_version = '2' WHERE event_id = '{}'", book.event_at(10).await);
    let forget = FORGET.iter().copied().chain(["DELETE FROM log", "DELETE FROM checkpoint_note", &change]);
    book.tamper(&forget.collect::<Vec<_>>()).await;
    book.sequence().await;
    let refused = other().sign_newest(&mut db).await.unwrap_err().to_string();
    assert!(refused.contains("the first 24 events are not those that were signed"), "{refused}");
    book.put_back().await;
    let signed = other().sign_newest(&mut db).await.unwrap().unwrap();
    assert_eq!((signed.size, signed.origin == book.public()[0].name()), (27, false));
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
    let other = event_store::proof::read_or_make_signing_key(&folder.path().join("key")).unwrap();
    let theirs = Verification { keys: vec![other.public().clone()], ..book.verification() };
    assert_found(&theirs.run().await.unwrap(), 24, "no signature of", "another key");
    // After a change of keys the auditor has both.
    let both = [book.public(), vec![other.public().clone()]].concat();
    assert_sound(&Verification { keys: both, ..book.verification() }.run().await.unwrap());

    // One put beside the true ones.
    let archives = &book.app.foundation.archives;
    archives
        .put_plain("checkpoints/00000000000000000003-0000000000000000", "text\n".to_owned())
        .await
        .unwrap();
    let report = book.verify().await;
    assert_eq!(report.findings.count(), 1);
    assert!(report.findings.kept()[0].what.contains("checkpoints/00000000000000000003"), "{report:?}");
}
