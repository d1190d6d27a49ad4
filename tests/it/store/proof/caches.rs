//! What follows from the log: it may be emptied, and a bit in it is found.

use event_store::proof;
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::Logbook;
use super::logbook::{assert_sound, sent};
use crate::support::{Lost, Proxy, Target};

#[tokio::test]
async fn heads_and_buckets_that_were_changed_are_found_and_made_anew() {
    let book = Logbook::write().await;
    book.sign().await;
    book.keep().await;
    let flip = |column: &str| format!("{column} = set_byte({column}, 5, get_byte({column}, 5) # 1)");
    let cases = [
        format!("UPDATE stream_head SET {} WHERE key = (SELECT min(key) FROM (SELECT key FROM stream_head ORDER BY key LIMIT 1) AS k (key))", flip("head")).replace("min(key)", "key"),
        "UPDATE stream_head SET last_sequence = last_sequence - 1".to_owned(),
        "UPDATE stream_head SET last_sequence = last_sequence + 1".to_owned(),
        "DELETE FROM stream_head".to_owned(),
        format!("UPDATE stream_bucket SET {}", flip("hash")),
        "DELETE FROM stream_bucket".to_owned(),
        format!("UPDATE subject_stream SET {}", flip("subject")),
        format!("UPDATE subject_stream SET {}", flip("stream")),
        "UPDATE subject_stream SET position = position + 1".to_owned(),
        "DELETE FROM subject_stream".to_owned(),
        format!("UPDATE subject_bucket SET {}", flip("hash")),
        "DELETE FROM subject_bucket".to_owned(),
    ];
    for case in cases {
        book.tamper(&[&case]).await;
        let report = book.verify().await;
        assert!(report.findings.count() > 0, "{case}");
        assert!(
            report
                .findings
                .kept()
                .iter()
                .all(|found| { ["stream_", "subject_"].iter().any(|table| found.what.contains(table)) }),
            "{case}: {report:?}"
        );
        let mut db = book.pool().acquire().await.unwrap();
        let mut refused = 0;
        for account in &book.accounts {
            refused += usize::from(proof::history(&mut db, *account).await.is_err());
        }
        assert!(refused > 0, "{case}: a proof from false caches");
        book.signer().rebuild(&mut db).await.unwrap();
        drop(db);
        assert_sound(&book.verify().await);
        book.put_back().await;
    }
}

#[tokio::test]
async fn emptied_caches_fill_again_and_prove_the_same() {
    let book = Logbook::write().await;
    book.sign().await;
    let mut db = book.pool().acquire().await.unwrap();
    let before = proof::history(&mut db, book.accounts[0]).await.unwrap();
    book.tamper(&[
        "DELETE FROM log_tile",
        "DELETE FROM stream_head",
        "DELETE FROM stream_bucket",
        "DELETE FROM subject_stream",
        "DELETE FROM subject_bucket",
        "UPDATE log_tree SET size = 0, subjects = 0",
    ])
    .await;
    book.signer().rebuild(&mut db).await.unwrap();
    assert_eq!(proof::history(&mut db, book.accounts[0]).await.unwrap(), before);
    assert!(sent(&before).check(&book.public()).is_ok());
    drop(db);
    book.go_on(1).await;
    book.sign().await;
    assert_sound(&book.verify().await);
}

#[tokio::test]
async fn two_signers_at_once_sign_one_log() {
    let book = Logbook::write().await;
    let sign = || async {
        let mut db = book.pool().acquire().await.unwrap();
        book.signer().sign_newest(&mut db).await.unwrap()
    };
    let (one, other, third) = tokio::join!(sign(), sign(), sign());
    let signed = [one, other, third].into_iter().flatten().count();
    assert_eq!(signed, 1, "one checkpoint about one size");
    let report = book.verify().await;
    assert_sound(&report);
    assert_eq!((report.checked.checkpoints, report.checked.streams), (1, 3));
    assert!(sign().await.is_none(), "nothing is signed twice");
}

#[tokio::test]
async fn what_could_not_be_published_is_published_by_the_next_round() {
    let book = Logbook::write().await;
    book.sign().await;
    book.tamper(&["UPDATE checkpoint_note SET published_at = NULL"]).await;
    let archives = &book.app.foundation.archives;
    archives.remove_all("checkpoints").await.unwrap();
    book.sign().await;
    assert_eq!(archives.list("checkpoints").await.unwrap().len(), 1);
}

/// What a signer says to the database when it reads what it signs, in a round and in making all anew.
const READING: [&str; 8] = [
    "FROM stream_head WHERE key = ANY",
    "LATERAL (SELECT * FROM stream_head",
    "SELECT bucket, hash FROM stream_bucket",
    "e.payload::text, e.metadata::text",
    "SELECT subject, stream FROM subject_stream",
    "LATERAL (SELECT * FROM subject_stream",
    "SELECT bucket, hash FROM subject_bucket",
    "SELECT chain FROM log WHERE position",
];

#[tokio::test]
async fn a_checkpoint_that_is_being_made_is_waited_for() {
    let book = Logbook::write().await;
    let kept = book.sign().await;
    book.go_on(1).await;
    book.sign().await;
    book.go_on(1).await;
    let making = |change: &'static str| {
        let statement = sqlx::query(change);
        async { statement.execute(book.pool()).await.unwrap() }
    };
    making("UPDATE log_tree SET size = size + 1").await;
    let mut db = book.pool().acquire().await.unwrap();
    let proving = async { proof::history(&mut db, book.accounts[0]).await.unwrap() };
    let verifying = book.verify_since(&kept);
    let stating = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        making("UPDATE log_tree SET size = size - 1").await
    };
    let (_, report, _) = tokio::join!(proving, verifying, stating);
    assert_sound(&report);
}

#[tokio::test]
async fn a_signer_at_work_does_not_hold_back_the_log() {
    let book = Logbook::write().await;
    let proxy = Proxy::new(Target::database(), true).await;
    let held_at = |words: &'static str| {
        let held = proxy.hold_at(words);
        let options: PgConnectOptions = proxy.database_url(&book.app.database).parse().unwrap();
        async move { (options.connect().await.unwrap(), held) }
    };
    for (n, words) in READING.into_iter().enumerate() {
        // Something new of each kind, so that all of it is read.
        book.app.register(&format!("r{n}@example.com")).await;
        book.sequence().await;
        let (mut db, held) = held_at(words).await;
        let signing = async { book.signer().sign_newest(&mut db).await.unwrap() };
        let meanwhile = async {
            held.reached().await;
            // Ends only when every event has its position.
            book.go_on(1).await;
            held.go_on();
        };
        assert!(tokio::join!(signing, meanwhile).0.is_some(), "{words}");
        book.go_on(1).await;
    }
    book.sign().await;
    let rebuilding = ["UPDATE log_tree SET size = 0", "FROM stream_head WHERE key = ANY", "e.payload::text"];
    for words in rebuilding {
        let (mut db, held) = held_at(words).await;
        let rebuilding = async { book.signer().rebuild(&mut db).await.unwrap() };
        let meanwhile = async {
            held.reached().await;
            book.go_on(1).await;
            held.go_on();
        };
        tokio::join!(rebuilding, meanwhile);
    }
    book.sign().await;
    assert_sound(&book.verify().await);
}

#[tokio::test]
async fn a_rebuild_that_dies_in_the_middle_is_made_good_by_the_next_round() {
    let book = Logbook::write().await;
    book.sign().await;
    let proxy = Proxy::new(Target::database(), true).await;
    let dying = [
        "DELETE FROM stream_head",
        "INSERT INTO stream_head",
        "INSERT INTO stream_bucket",
        "DELETE FROM subject_stream",
        "INSERT INTO subject_stream",
        "INSERT INTO subject_bucket",
    ];
    for (n, words) in dying.into_iter().enumerate() {
        proxy.cut_at(words, Lost::Question);
        let options: PgConnectOptions = proxy.database_url(&book.app.database).parse().unwrap();
        let mut db = options.connect().await.unwrap();
        book.signer().rebuild(&mut db).await.unwrap_err();
        assert!(proxy.has_cut(), "{words}");
        // All other streams stay as they were: what is stored of them is not looked at again by itself.
        book.app.register(&format!("w{n}@example.com")).await;
        book.sequence().await;
        book.sign().await;
        assert_sound(&book.verify().await);
    }
}

#[tokio::test]
async fn a_round_that_dies_in_the_middle_is_made_good_by_the_next() {
    let book = Logbook::write().await;
    let kept = book.sign().await;
    let proxy = Proxy::new(Target::database(), true).await;
    let dying = [
        "INSERT INTO stream_head",
        "INSERT INTO subject_stream",
        "UPDATE log_tree SET subjects",
        "INSERT INTO stream_bucket",
        "INSERT INTO subject_bucket",
        "INSERT INTO checkpoint_note",
    ];
    for (n, words) in dying.into_iter().enumerate() {
        for lost in [Lost::Question, Lost::Answer] {
            book.app.register(&format!("w{n}{lost:?}@example.com")).await;
            book.sequence().await;
            proxy.cut_at(words, lost);
            let options: PgConnectOptions = proxy.database_url(&book.app.database).parse().unwrap();
            let mut db = options.connect().await.unwrap();
            book.signer().sign_newest(&mut db).await.unwrap_err();
            assert!(proxy.has_cut(), "{words}");
            book.go_on(1).await;
            book.sign().await;
            assert_sound(&book.verify().await);
            assert_sound(&book.verify_since(&kept).await);
        }
    }
}
