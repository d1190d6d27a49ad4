//! The test vectors of `.github/PROOF.md`: one small log, with everything that is made of it, and a proof of each kind.
//!
//! With `UPDATE_DOCUMENTS=1` they are written, otherwise compared.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use uuid::Uuid;

use crate::account_tree::{self, SubjectHead};
use crate::checkpoint::Checkpoint;
use crate::hash::{self, Hash};
use crate::leaf::StoredEvent;
use crate::merkle::{self, Frontier};
use crate::note::SigningKey;
use crate::proof::{Consistency, History, Inclusion, Proof, ProvedEvent, StreamHistory, Subject};
use crate::stream_tree::{self, Buckets, StreamHead, bucket_of};

const ACCOUNT: &str = "acc_00000000000000000000000007";
const REQUEST: &str = "req_0000000000000000000000000b";

fn event(number: u128, stream: (&str, &str), sequence: i64, texts: [&str; 3]) -> StoredEvent<'static> {
    let [event_type, payload, metadata] = texts.map(|text| text.to_owned().into());
    StoredEvent {
        event_id: Uuid::from_u128(number),
        aggregate_type: stream.0.to_owned().into(),
        aggregate_id: stream.1.to_owned().into(),
        sequence,
        event_type,
        event_version: "1".into(),
        recorded_at: format!("176400000{number}.123456").into(),
        payload,
        metadata,
    }
}

/// The log: an account that was opened, its request, and a sign-in.
fn events() -> [StoredEvent<'static>; 3] {
    let (account, request) = (("account", ACCOUNT), ("privacy_request", REQUEST));
    let sealed =
        r#"{"event":"registered","email":{"$enc":{"c":"QUJD","k":"00000000-0000-0000-0000-000000000001"}}}"#;
    let received = format!(r#"{{"event":"received","account_id":"{ACCOUNT}"}}"#);
    let actor = format!(r#"{{"actor":"{ACCOUNT}"}}"#);
    [
        event(1, account, 1, ["account.registered", sealed, r#"{"actor":"service"}"#]),
        event(2, request, 1, ["privacy_request.received", &received, &actor]),
        event(3, account, 2, ["account.signed_in", r#"{"event":"signed_in"}"#, &actor]),
    ]
}

/// Everything that is made of the log.
struct Made {
    key: SigningKey,
    leaves: Vec<Hash>,
    chain: Vec<Hash>,
    account: StreamHead,
    request: StreamHead,
    subject: SubjectHead,
    streams: Buckets,
    subjects: Buckets,
}

impl Made {
    fn of(events: &[StoredEvent<'_>]) -> Self {
        let seed: [u8; 32] = std::array::from_fn(|n| n as u8);
        let leaves: Vec<Hash> = events.iter().map(StoredEvent::leaf).collect();
        let chain = leaves.iter().scan(Hash::ZERO, |before, leaf| {
            *before = hash::chain(before, leaf);
            Some(*before)
        });
        let chain = chain.collect();
        let mut account = StreamHead::before_first(stream_tree::key("account", ACCOUNT));
        let mut request = StreamHead::before_first(stream_tree::key("privacy_request", REQUEST));
        account.push(&leaves[0]);
        request.push(&leaves[1]);
        account.push(&leaves[2]);
        let mut subject = SubjectHead::before_first(account_tree::key(ACCOUNT));
        subject.push(&account.key);
        subject.push(&request.key);
        let mut all = Buckets::empty();
        for stream in [&account, &request] {
            all.set(bucket_of(&stream.key), stream_tree::bucket_hash([stream]));
        }
        let mut named = Buckets::all(account_tree::bucket_hash([]));
        named.set(bucket_of(&subject.key), account_tree::bucket_hash([&subject]));
        let key = SigningKey::from_seed("personal-settings", &seed);
        Self { key, leaves, chain, account, request, subject, streams: all, subjects: named }
    }

    /// The root of the first leaves.
    fn root(&self, range: std::ops::Range<u64>) -> Hash {
        let mut tree = Frontier::default();
        for leaf in &self.leaves[range.start as usize..range.end as usize] {
            tree.push(*leaf, |_, _| {});
        }
        tree.root()
    }

    /// A checkpoint of `size` events. That of fewer states the streams of all, since no proof looks at them.
    fn note(&self, size: u64) -> String {
        let checkpoint = Checkpoint {
            origin: self.key.public().name().to_owned(),
            size,
            root: self.root(0..size),
            streams: self.streams.root(),
            chain: self.chain[size as usize - 1],
            time: format!("2026-11-24T08:00:0{size}Z").parse().unwrap(),
            subjects: Some(self.subjects.root()),
        };
        checkpoint.sign(&self.key)
    }

    fn stream(&self, events: &[StoredEvent<'static>], head: StreamHead) -> StreamHistory {
        let own: Vec<_> = events
            .iter()
            .zip(&self.leaves)
            .filter(|(event, _)| stream_tree::key(&event.aggregate_type, &event.aggregate_id) == head.key)
            .map(|(event, leaf)| ProvedEvent { leaf: *leaf, event: event.clone() })
            .collect();
        StreamHistory {
            aggregate_type: own[0].event.aggregate_type.to_string(),
            aggregate_id: own[0].event.aggregate_id.to_string(),
            events: own,
            bucket: vec![head],
            path: self.streams.path(bucket_of(&head.key)).0,
        }
    }

    fn proofs(&self, events: &[StoredEvent<'static>]) -> [Proof; 3] {
        let hashes = |ranges: Vec<std::ops::Range<u64>>| -> Vec<Hash> {
            ranges.into_iter().map(|range| self.root(range)).collect()
        };
        let inclusion = Inclusion {
            position: 2,
            leaf: self.leaves[1],
            event: events[1].clone(),
            path: hashes(merkle::inclusion(1, 3)),
            checkpoint: self.note(3),
        };
        let consistency = Consistency {
            path: hashes(merkle::consistency(2, 3)),
            old_checkpoint: self.note(2),
            checkpoint: self.note(3),
        };
        let subject = Subject {
            account: ACCOUNT.to_owned(),
            bucket: vec![self.subject],
            path: self.subjects.path(bucket_of(&self.subject.key)).0,
        };
        let history = History {
            subject: Some(subject),
            streams: vec![self.stream(events, self.account), self.stream(events, self.request)],
            checkpoint: self.note(3),
        };
        [Proof::Inclusion(Box::new(inclusion)), Proof::Consistency(consistency), Proof::History(history)]
    }

    /// Every step between, as rows of a table.
    fn table(&self) -> String {
        let mut rows = String::from("| what | value |\n|---|---|\n");
        let mut row = |what: &str, value: String| writeln!(rows, "| {what} | `{value}` |").unwrap();
        for (n, (leaf, chain)) in self.leaves.iter().zip(&self.chain).enumerate() {
            row(&format!("leaf of event {}", n + 1), leaf.to_string());
            row(&format!("chain at {}", n + 1), chain.to_string());
        }
        row("root over the first two events", self.root(0..2).to_string());
        row("root over all three", self.root(0..3).to_string());
        for (what, head) in [("account", self.account), ("privacy_request", self.request)] {
            row(&format!("key of the stream `{what}`"), head.key.to_string());
            row(&format!("its bucket, of {} events", head.last_sequence), bucket_of(&head.key).to_string());
            row("its head", head.head.to_string());
            row("hash of the bucket", self.streams.get(bucket_of(&head.key)).to_string());
        }
        row("hash of an empty bucket of streams", stream_tree::bucket_hash([]).to_string());
        row("root over all streams", self.streams.root().to_string());
        row("key of the account", self.subject.key.to_string());
        row("its bucket", bucket_of(&self.subject.key).to_string());
        row("its head, of two streams", self.subject.head.to_string());
        row("hash of the bucket", self.subjects.get(bucket_of(&self.subject.key)).to_string());
        row("hash of an empty bucket of accounts", account_tree::bucket_hash([]).to_string());
        row("root over all accounts", self.subjects.root().to_string());
        row("public key", self.key.public().to_string());
        rows
    }
}

/// Compares a file with what it should be, or writes it.
fn keep(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(path, text).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == text, "{} is not current: run with UPDATE_DOCUMENTS=1", path.display());
}

#[test]
fn the_test_vectors_of_the_page_hold_and_are_current() {
    let events = events();
    let made = Made::of(&events);
    let proofs = made.proofs(&events);
    for proof in &proofs {
        proof.check(&[made.key.public().clone()]).unwrap();
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let vectors = json!({
        "public_key": made.key.public().to_string(),
        "events": events,
        "proofs": proofs,
    });
    let vectors = serde_json::to_string_pretty(&vectors).unwrap();
    keep(&workspace.join("tests/proof/vectors.json"), &format!("{vectors}\n"));

    let page = workspace.join(".github/PROOF.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once("<!-- vectors -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /vectors -->").unwrap();
    keep(&page, &format!("{before}<!-- vectors -->\n{}<!-- /vectors -->{after}", made.table()));
}
