//! Which streams concern an account is bound into what is signed: none can be left out of a history.

use domain::AccountId;
use domain::organization::Role;
use domain::privacy_request::Kind;
use event_store::proof::verify::Verification;
use event_store::proof::{
    self, CheckError, Checkpoint, History, Proof, ProofError, StreamHistory, newest_note,
};
use uuid::Uuid;

use super::Logbook;
use super::logbook::{assert_sound, sent};
use crate::support::{assert_bound, found_project, found_team};

async fn prove(book: &Logbook, account: AccountId) -> Result<Proof, ProofError> {
    let mut db = book.pool().acquire().await.unwrap();
    proof::history(&mut db, account).await.map(|proof| sent(&proof))
}

async fn history(book: &Logbook, account: AccountId) -> History {
    match prove(book, account).await.unwrap() {
        Proof::History(history) => history,
        other => panic!("{other:?}"),
    }
}

fn names(history: &History) -> Vec<&str> {
    history.streams.iter().map(|stream| stream.aggregate_type.as_str()).collect()
}

#[tokio::test]
async fn no_stream_that_concerns_an_account_can_be_left_out_of_its_history() {
    let book = Logbook::write().await;
    let (ada, bob) = (book.accounts[0], book.accounts[1]);
    book.app.receive(ada, Kind::Export).await;
    book.app.receive(ada, Kind::Erasure).await;
    book.sequence().await;
    book.sign().await;
    let (proved, other) = (history(&book, ada).await, history(&book, bob).await);
    assert_eq!(names(&proved), ["account", "privacy_request", "privacy_request"]);
    let told = Proof::History(proved.clone()).check(&book.public()).unwrap();
    assert!(told.contains(&format!("{ada} is named in 3 streams and in no other among the")), "{told}");

    let add = |history: &mut History, stream: &StreamHistory| history.streams.push(stream.clone());
    type Forge<'a> = &'a dyn Fn(&mut History);
    let forgeries: [(&str, Forge<'_>); 12] = [
        ("a request left out", &|history| drop(history.streams.remove(1))),
        ("the last left out", &|history| drop(history.streams.pop())),
        ("its own left out", &|history| drop(history.streams.remove(0))),
        ("all left out", &|history| history.streams.clear()),
        ("two swapped", &|history| history.streams.swap(1, 2)),
        ("one twice", &|history| add(history, &proved.streams[1])),
        ("another's put in", &|history| add(history, &other.streams[0])),
        ("another's account", &|history| history.subject.as_mut().unwrap().account = bob.to_string()),
        ("another's subject", &|history| history.subject.clone_from(&other.subject)),
        ("a smaller count", &|history| {
            history.streams.pop();
            let bucket = &mut history.subject.as_mut().unwrap().bucket;
            bucket.iter_mut().for_each(|entry| entry.streams -= 1);
        }),
        ("an empty bucket", &|history| {
            history.streams.clear();
            history.subject.as_mut().unwrap().bucket.clear();
        }),
        ("no subject", &|history| history.subject = None),
    ];
    for (case, forge) in forgeries {
        let mut forged = proved.clone();
        forge(&mut forged);
        let refused = Proof::History(forged).check(&book.public());
        assert!(matches!(refused, Err(CheckError::Flawed(_))), "{case}: {refused:?}");
    }
}

#[tokio::test]
async fn that_no_event_names_an_account_is_proved_as_well() {
    let book = Logbook::write().await;
    book.sign().await;
    let proof = prove(&book, AccountId::from_uuid(Uuid::from_u128(7))).await.unwrap();
    let told = proof.check(&book.public()).unwrap();
    assert!(told.contains("named in 0 streams and in no other"), "{told}");
}

#[tokio::test]
async fn whatever_is_in_the_history_of_an_account_is_in_a_stream_that_is_bound_to_it() {
    let mut book = Logbook::write().await;
    book.app.start_log();
    let store = &book.app.foundation.store;
    let (ada, bob, cyd) = (book.accounts[0], book.accounts[1], book.accounts[2]);
    let team = found_team(store, &[(ada, Role::Owner), (bob, Role::Member)]).await;
    found_project(store, &team).await;
    book.app.receive(bob, Kind::Export).await;
    let position = store.log().committed_position(std::time::Duration::from_secs(30)).await.unwrap().unwrap();
    let patience = std::time::Duration::from_secs(30);
    assert!(
        book.app.foundation.views.wait_for(projections::history::NAME, position, patience).await.unwrap()
    );
    book.app.stop_log().await;
    book.sign().await;
    assert!(assert_bound(book.pool()).await > 24);
    let streams = |history: History| names(&history).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(streams(history(&book, cyd).await), ["account"]);
    assert_eq!(streams(history(&book, bob).await), ["account", "organization", "privacy_request"]);
    assert!(streams(history(&book, ada).await).contains(&"project".to_owned()));
    assert_sound(&book.verify().await);
}

#[tokio::test]
async fn a_false_list_of_streams_is_signed_in_vain() {
    let book = Logbook::write().await;
    let kept = book.sign().await;
    book.app.receive(book.accounts[0], Kind::Export).await;
    book.sequence().await;
    book.keep().await;
    let add =
        "INSERT INTO subject_stream SELECT s.subject, o.stream, 25 FROM subject_stream s, subject_stream o
        WHERE s.position = 1 AND o.position = 2";
    for forgery in ["DELETE FROM subject_stream WHERE position = 2", add] {
        book.tamper(&[forgery]).await;
        book.sign().await;
        for report in [book.verify().await, book.verify_since(&kept).await] {
            let named = |found: &proof::verify::Finding| {
                found.what.contains("root over all accounts") || found.what.contains("`subject_stream`")
            };
            assert!(report.findings.kept().iter().any(named), "{forgery}: {report:?}");
        }
        book.app.foundation.archives.remove_all("checkpoints").await.unwrap();
        book.put_back().await;
    }
}

#[tokio::test]
async fn since_a_checkpoint_more_streams_that_concern_an_account_are_verified() {
    let book = Logbook::write().await;
    let kept = book.sign().await;
    book.app.receive(book.accounts[0], Kind::Export).await;
    book.app.register("dan@example.com").await;
    book.sequence().await;
    book.sign().await;
    let report = book.verify_since(&kept).await;
    assert_sound(&report);
    assert_eq!((report.checked.subjects, report.unproved.len()), (2, 0));
    book.keep().await;
    let of_request = "(SELECT position FROM log JOIN events USING (era, xid, ord)
        WHERE aggregate_type = 'privacy_request' LIMIT 1)";
    for forgery in [
        format!("DELETE FROM subject_stream WHERE position = {of_request}"),
        format!("UPDATE subject_stream SET position = position + 1 WHERE position = {of_request}"),
        "UPDATE subject_stream SET position = 26 WHERE position = 2".to_owned(),
        "DELETE FROM subject_stream WHERE position = 2".to_owned(),
    ] {
        book.tamper(&[&forgery]).await;
        assert!(book.verify_since(&kept).await.findings.count() > 0, "{forgery}");
        assert!(book.verify().await.findings.count() > 0, "{forgery}");
        book.put_back().await;
    }
}

/// Makes of what was signed last what a release signed that knew nothing of accounts, and returns it.
async fn as_before(book: &Logbook) -> Checkpoint {
    let note = newest_note(book.pool()).await.unwrap().unwrap();
    let (text, _) = note.split_once("\n\n").unwrap();
    let text: String =
        text.lines().filter(|line| !line.starts_with("subjects ")).map(|line| format!("{line}\n")).collect();
    let old = book.signing_key().sign(&text);
    book.app.foundation.archives.remove_all("checkpoints").await.unwrap();
    book.tamper(&[
        &format!("UPDATE checkpoint_note SET note = '{old}', published_at = NULL"),
        "DELETE FROM subject_stream",
        "DELETE FROM subject_bucket",
        "UPDATE log_tree SET subjects = 0",
    ])
    .await;
    Checkpoint::open(&old, &book.public()).unwrap()
}

#[tokio::test]
async fn a_log_of_an_earlier_release_is_caught_up_with_by_the_first_round() {
    let book = Logbook::write().await;
    book.app.receive(book.accounts[0], Kind::Export).await;
    book.sequence().await;
    book.sign().await;
    let before = history(&book, book.accounts[0]).await;
    let kept = as_before(&book).await;
    let report = book.verify().await;
    assert_sound(&report);
    assert!(report.unproved[0].contains("the newest checkpoint does not state it"), "{report:?}");
    let refused = prove(&book, book.accounts[0]).await.unwrap_err().to_string();
    assert!(refused.contains("by an earlier release"), "{refused}");

    // A proof of that time holds, and says what it does not prove.
    let note = newest_note(book.pool()).await.unwrap().unwrap();
    let mut old = History { checkpoint: note, ..before };
    assert!(matches!(Proof::History(old.clone()).check(&book.public()), Err(CheckError::Flawed(_))));
    old.subject = None;
    let told = sent(&Proof::History(old)).check(&book.public()).unwrap();
    assert!(told.contains("Not proved: which streams concern an account"), "{told}");

    book.go_on(1).await;
    book.sign().await;
    assert_eq!(names(&history(&book, book.accounts[0]).await), ["account", "privacy_request"]);
    let report = book.verify().await;
    assert_sound(&report);
    assert_eq!((report.unproved.len(), report.checked.subjects), (0, 4));
    let since = book.verify_since(&kept).await;
    assert_sound(&since);
    assert!(since.unproved[0].contains("verify once without --since"), "{since:?}");
    let both = Verification { kept: Some(kept), ..book.verification() }.run().await.unwrap();
    assert_sound(&both);
    assert_eq!(both.unproved.len(), 0);
}
