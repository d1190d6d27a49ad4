//! A log with whole tiles on two levels, more streams than are kept in memory, and several checkpoints.

use event_store::proof::verify::Verification;
use event_store::proof::{self, EventName, OldCheckpoint};

use super::Logbook;
use super::logbook::{assert_found, assert_sound};

/// Appends `count` events to 700 streams by turns, two of which name the same account, as one transaction each 10,000.
async fn append(book: &Logbook, from: i64, count: i64) {
    let pool = book.app.database.pool().await;
    for start in (from..from + count).step_by(10_000) {
        let end = (start + 10_000).min(from + count);
        sqlx::query(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id)
             SELECT 'synthetic', 'syn_' || n % 700, n / 700 + 1, 'synthetic.happened', '1',
                 json_build_object('n', n, 'of', 'acc_' || lpad((n % 350)::text, 26, '0')), '{}', gen_random_uuid()
             FROM generate_series($1::bigint, $2::bigint - 1) AS n ORDER BY n",
        )
        .bind(start)
        .bind(end)
        .execute(&pool)
        .await
        .unwrap();
    }
    book.sequence().await;
}

#[tokio::test]
async fn seventy_thousand_events_are_proved_and_verified_in_little_memory() {
    let book = Logbook::write().await;
    append(&book, 0, 40_000).await;
    let kept = book.sign().await;
    append(&book, 40_000, 30_000).await;
    let newest = book.sign().await;
    assert_eq!((kept.size, newest.size), (40_024, 70_024));

    // Tiles: 273 subtrees of 256 leaves fill one tile and begin another; one of 65,536 begins a level.
    let tiles: Vec<(i16, i64, i32)> =
        sqlx::query_as("SELECT level, tile_index, length(hashes) / 32 FROM log_tile ORDER BY 1, 2")
            .fetch_all(book.pool())
            .await
            .unwrap();
    assert_eq!(tiles, [(1, 0, 256), (1, 1, 17), (2, 0, 1)]);

    let mut db = book.pool().acquire().await.unwrap();
    for position in [1, 256, 257, 40_024, 65_536, 65_537, 69_889, 70_024] {
        let proof = proof::inclusion(&mut db, EventName::Position(position)).await.unwrap();
        proof.check(&book.public()).unwrap();
    }
    proof::consistency(&mut db, OldCheckpoint::Size(40_024)).await.unwrap().check(&book.public()).unwrap();
    drop(db);

    let whole = book.verify().await;
    assert_sound(&whole);
    assert_eq!((whole.checked.events, whole.checked.checkpoints), (70_024, 2));
    assert_eq!((whole.checked.streams, whole.checked.subjects), (703, 703));
    let little = || Verification { most_streams: Some(90), ..book.verification() };
    let passes = little().run().await.unwrap();
    assert_sound(&passes);
    assert_eq!(passes.checked, whole.checked, "many passes see what one sees");
    let since = Verification { kept: Some(kept.clone()), only_since: true, ..little() };
    let since = since.run().await.unwrap();
    assert_sound(&since);
    assert_eq!((since.checked.events, since.checked.streams), (30_000, 700));

    // What is wrong with a stream of a later pass is found there.
    book.keep().await;
    book.tamper(&["UPDATE stream_head SET head = set_byte(head, 0, get_byte(head, 0) # 1)
                   WHERE key = (SELECT key FROM stream_head ORDER BY key DESC LIMIT 1)"])
        .await;
    let found = little().run().await.unwrap();
    assert_eq!(found.findings.count(), 1, "{found:?}");
    assert!(found.findings.kept()[0].what.contains("stream_head"));
    assert!(book.verify_since(&kept).await.findings.count() > 0);
    book.put_back().await;

    // Since the checkpoint: a change after it is found, and false tiles below it are not believed.
    book.tamper(&[
        "UPDATE log SET chain = set_byte(chain, 0, get_byte(chain, 0) # 1) WHERE position = 50000",
    ])
    .await;
    assert_found(&book.verify_since(&kept).await, 50_000, "chain", "since");
    book.put_back().await;
    book.tamper(&[
        "UPDATE log_tile SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) WHERE level = 1",
    ])
    .await;
    let since = book.verify_since(&kept).await;
    assert!(since.findings.kept()[0].what.contains("the tiles do not lead"), "{since:?}");
    let whole = book.verify().await;
    assert_eq!(whole.findings.count(), 1, "{whole:?}");
    assert!(whole.findings.kept()[0].what.contains("log_tile"));
    let mut db = book.pool().acquire().await.unwrap();
    assert!(proof::inclusion(&mut db, EventName::Position(1)).await.is_err(), "a proof from false tiles");
}
