//! One bit in each column, and single rows.

use event_store::proof::verify::Verification;

use super::Logbook;
use super::logbook::{assert_found, assert_sound};

/// Where the row is that is changed.
const AT: i64 = 7;

fn in_events(change: &str, id: uuid::Uuid) -> String {
    format!("UPDATE events SET {change} WHERE event_id = '{id}'")
}

fn in_log(change: &str) -> String {
    format!("UPDATE log SET {change} WHERE position = {AT}")
}

/// Flips the lowest bit of a text's last letter.
fn flip_text(column: &str) -> String {
    format!("{column} = left({column}, -1) || chr(ascii(right({column}, 1)) # 1)")
}

fn flip_bytes(column: &str) -> String {
    format!("{column} = set_byte({column}, 31, get_byte({column}, 31) # 1)")
}

const FLIP_ID: &str = "event_id = encode(set_byte(uuid_send(event_id), 15, get_byte(uuid_send(event_id), 15) # 1), 'hex')::uuid";

#[tokio::test]
async fn one_bit_in_any_column_is_found_and_the_position_named() {
    let book = Logbook::write().await;
    book.sign().await;
    book.keep().await;
    assert_sound(&book.verify().await);
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns
         WHERE table_name IN ('events', 'log') AND table_schema = 'public'",
    )
    .fetch_all(book.pool())
    .await
    .unwrap();
    let id = book.event_at(AT).await;
    for (table, column) in columns {
        let change = match column.as_str() {
            "aggregate_type" | "aggregate_id" | "event_type" | "event_version" => flip_text(&column),
            "sequence" | "position" => format!("{column} = {column} # 1024"),
            "era" => "era = (era::int # 1)::smallint".to_owned(),
            "ord" => "ord = ord # 1".to_owned(),
            "xid" => "xid = (xid::text::bigint # 1)::text::xid8".to_owned(),
            "event_id" => FLIP_ID.to_owned(),
            "recorded_at" => "recorded_at = recorded_at + interval '1 microsecond'".to_owned(),
            "payload" => r#"payload = replace(payload::text, '"event"', '"eveot"')::json"#.to_owned(),
            "metadata" => r#"metadata = replace(metadata::text, '"actor"', '"actos"')::json"#.to_owned(),
            "leaf" | "chain" => flip_bytes(&column),
            new => panic!("the verifier must cover {table}.{new}: say how, and flip it here"),
        };
        let case = format!("{table}.{column}");
        let what = match (table.as_str(), column.as_str()) {
            ("log", "position") => "missing from `log`",
            // It now stands elsewhere in the order of commits.
            ("events", "era") => "missing from `events`",
            (_, "era" | "xid" | "ord" | "event_id") => column.as_str(),
            ("events", _) => "a column of it was changed",
            (_, column) => column,
        };
        let statement = if table == "events" { in_events(&change, id) } else { in_log(&change) };
        book.tamper(&[&statement]).await;
        assert_found(&book.verify().await, AT as u64, what, &case);
        book.put_back().await;
    }
    // A bit that moves the row far away in the order of commits.
    let far = "xid = (xid::text::bigint # (1::bigint << 40))::text::xid8";
    book.tamper(&[&in_events(far, id)]).await;
    assert_found(&book.verify().await, AT as u64, "missing from `events`", "events.xid, far");
    book.put_back().await;
    book.tamper(&[&in_log(far)]).await;
    assert_found(&book.verify().await, AT as u64, "xid", "log.xid, far");
    book.put_back().await;
    assert_sound(&book.verify().await);
}

#[tokio::test]
async fn a_row_removed_put_in_or_swapped_is_found_where_it_is() {
    let book = Logbook::write().await;
    book.sign().await;
    book.keep().await;
    let (id, next) = (book.event_at(AT).await, book.event_at(AT + 1).await);
    let columns =
        "aggregate_type, aggregate_id, event_type, event_version, payload, metadata, recorded_at, era, xid";
    let put_in = format!(
        "INSERT INTO events (sequence, event_id, ord, {columns})
         SELECT sequence + 1000, gen_random_uuid(), ord + 1000, {columns} FROM events WHERE event_id = '{id}'"
    );
    let swap_log = "UPDATE log a SET (era, xid, ord, event_id, leaf, chain) =
        (SELECT era, xid, ord, b.event_id, leaf, chain FROM true_log b WHERE b.position = 15 - a.position)
        WHERE position IN (7, 8)";
    let swap_events = format!(
        "UPDATE events a SET (era, xid, ord) = (SELECT era, xid, ord FROM true_events b
             WHERE b.event_id IN ('{id}', '{next}') AND b.event_id <> a.event_id)
         WHERE event_id IN ('{id}', '{next}')"
    );
    let cases: [(&str, Vec<String>, u64, &str); 6] = [
        (
            "event removed",
            vec![format!("DELETE FROM events WHERE event_id = '{id}'")],
            7,
            "missing from `events`",
        ),
        ("log row removed", vec!["DELETE FROM log WHERE position = 7".into()], 7, "is not in `log`"),
        (
            "both removed",
            vec![
                format!("DELETE FROM events WHERE event_id = '{id}'"),
                "DELETE FROM log WHERE position = 7".into(),
            ],
            7,
            "missing from `log`",
        ),
        ("event put in", vec![put_in], 8, "is not in `log`"),
        (
            "log rows swapped",
            vec!["ALTER TABLE log DROP CONSTRAINT log_event_id_key".into(), swap_log.into()],
            8,
            "was committed before",
        ),
        (
            "events swapped",
            vec!["DROP INDEX events_commit_order".into(), swap_events],
            7,
            "event_id is not the same",
        ),
    ];
    for (case, statements, position, what) in cases {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        book.tamper(&statements).await;
        assert_found(&book.verify().await, position, what, case);
        book.put_back().await;
    }
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_found_by_whoever_has_a_checkpoint_beyond_it() {
    let book = Logbook::write().await;
    book.sign().await;
    book.go_on(1).await;
    let kept = book.sign().await;
    book.keep().await;
    assert_eq!(kept.size, 27);

    // Only the log: the tables that follow from it still know better.
    book.tamper(&["DELETE FROM log WHERE position > 20"]).await;
    assert_found(&book.verify().await, 21, "the end was cut off", "log alone");
    book.put_back().await;

    // Everything in the database, as if the last seven events had never been.
    let cut = [
        "DELETE FROM events WHERE event_id IN (SELECT event_id FROM log WHERE position > 20)",
        "DELETE FROM log WHERE position > 20",
        "DELETE FROM checkpoint_note",
        "DELETE FROM stream_head",
        "DELETE FROM stream_bucket",
        "DELETE FROM log_tile",
        "DELETE FROM subject_stream",
        "DELETE FROM subject_bucket",
        "UPDATE log_tree SET size = 0, subjects = 0",
    ];
    book.tamper(&cut).await;
    assert_found(&book.verify().await, 21, "the end was cut off", "the object store remembers");
    let kept_only = Verification { objects: None, kept: Some(kept.clone()), ..book.verification() };
    assert_found(&kept_only.run().await.unwrap(), 21, "the end was cut off", "the auditor remembers");
    assert_found(&book.verify_since(&kept).await, 21, "the end was cut off", "since");
    // Who remembers nothing cannot know.
    assert_sound(&Verification { objects: None, ..book.verification() }.run().await.unwrap());
}

#[tokio::test]
async fn a_stream_that_skips_or_repeats_is_found() {
    let book = Logbook::write().await;
    book.keep().await;
    // A stranger appends past the executor; the sequencer refuses it, so they also write the log.
    let id = book.event_at(24).await;
    let gap = format!(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
             event_id, ord)
         SELECT aggregate_type, aggregate_id, sequence + 2, event_type, event_version, payload, metadata,
             gen_random_uuid(), ord + 1000 FROM events WHERE event_id = '{id}'"
    );
    book.tamper(&[
        &gap,
        "INSERT INTO log SELECT 25, era, xid, ord, event_id, (SELECT leaf FROM log WHERE position = 24),
             (SELECT chain FROM log WHERE position = 24) FROM events ORDER BY era DESC, xid DESC, ord DESC LIMIT 1",
    ])
    .await;
    let report = book.verify().await;
    assert_found(&report, 25, "sequence: event 10", "gap");
    assert_found(&report, 25, "a column of it was changed", "leaf");
}

#[tokio::test]
async fn since_a_checkpoint_also_the_newest_events_are_in_the_order_of_their_streams() {
    let book = Logbook::write().await;
    let kept = book.sign().await;
    book.go_on(1).await;
    book.sign().await;
    // In no checkpoint yet: streams that went on, and one that began.
    book.go_on(1).await;
    book.app.register("dan@example.com").await;
    book.sequence().await;
    assert_sound(&book.verify_since(&kept).await);
    let id = book.event_at(30).await;
    book.tamper(&[&format!("UPDATE events SET sequence = sequence + 1 WHERE event_id = '{id}'")]).await;
    assert_found(&book.verify_since(&kept).await, 30, "sequence: event 11", "since");
}
