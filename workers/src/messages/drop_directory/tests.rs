//! What stays in a drop directory, and for how long.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use uuid::Uuid;

use super::{DropDirectories, DropDirectory};
use crate::messages::mail::Outbox;
use crate::messages::phone::Phone;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn account(n: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(n))
}

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files.collect();
    names.sort();
    names
}

/// A file was written so long ago.
fn age(path: &Path, age: Duration, now: DateTime<Utc>) {
    File::options().write(true).open(path).unwrap().set_modified(SystemTime::from(now) - age).unwrap();
}

/// Directories for mail and codes, in a directory of a test's own.
fn folders(root: &Path, retention: Duration) -> DropDirectories {
    let at = |name: &str| format!("directory:{}", root.join(name).display());
    let outbox = Outbox::from_url(&at("mail"), "no-reply@example.com".parse().unwrap()).unwrap();
    let phone = Phone::from_url(&at("phone")).unwrap();
    DropDirectories::new(outbox.drop_directory(), phone.drop_directory(), retention)
}

async fn put(root: &Path, folder: &str, name: &str, account: Option<AccountId>, ending: &str) {
    let folder = DropDirectory::new(root.join(folder).to_str().unwrap()).unwrap();
    folder.write(name, account, ending, b"Hello".to_vec()).await.unwrap();
}

#[tokio::test]
async fn files_go_when_their_time_is_over_and_codes_sooner_and_nothing_else_goes() {
    let root = tempfile::tempdir().unwrap();
    let (root, now) = (root.path(), DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
    let folders = folders(root, DAY);
    assert_eq!(folders.sweep(now).await.unwrap(), 0, "nothing was written yet");
    for name in ["req_old.received@host", "msg_new.code@host"] {
        put(root, "mail", name, Some(account(1)), "eml").await;
        put(root, "phone", name, None, "txt").await;
    }
    for other in ["notes.txt", "ours.eml", "msg_of_another.pdf", ".hidden.tmp", ".12-x.tmp"] {
        fs::write(root.join("mail").join(other), b"not ours").unwrap();
    }
    for half_written in [".77-3.tmp", ".77-aB3dE6.tmp"] {
        fs::write(root.join("mail").join(half_written), b"half a mail").unwrap();
    }
    for name in names(&root.join("mail")) {
        let old = if name.starts_with("msg_new") { Duration::from_secs(60) } else { DAY };
        age(&root.join("mail").join(&name), old, now);
    }
    age(&root.join("phone/req_old.received@host.txt"), Duration::from_secs(15 * 60), now);
    age(&root.join("phone/msg_new.code@host.txt"), Duration::from_secs(14 * 60), now);

    assert_eq!(folders.sweep(now).await.unwrap(), 4);
    assert_eq!(names(&root.join("phone")), ["msg_new.code@host.txt"]);
    let left = names(&root.join("mail"));
    assert_eq!(left.len(), 6, "{left:?}");
    assert!(left.iter().any(|name| name.starts_with("msg_new")), "{left:?}");
    assert!(!left.iter().any(|name| name.starts_with("req_old") || name.contains("77")), "{left:?}");
}

#[tokio::test]
async fn what_was_written_for_an_account_goes_with_it_and_its_name_tells_nothing() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let folders = folders(root, DAY);
    for (name, owner) in [
        ("req_1.received@host", Some(account(1))),
        ("msg_2.account_deleted@host", Some(account(1))),
        ("msg_3.code@host", Some(account(2))),
        ("msg_4.invitation@host", None),
    ] {
        put(root, "mail", name, owner, "eml").await;
    }
    put(root, "phone", "msg_5", Some(account(1)), "xml").await;
    assert!(!names(&root.join("mail")).concat().contains(&account(1).to_string()));

    assert_eq!(folders.forget(account(1)).await.unwrap(), 2);
    let left = names(&root.join("mail"));
    let begins: Vec<&str> = left.iter().map(|name| &name[..5]).collect();
    assert_eq!(begins, ["msg_2", "msg_3", "msg_4"], "the farewell stays: {left:?}");
    assert!(names(&root.join("phone")).is_empty());
    assert_eq!(folders.forget(account(1)).await.unwrap(), 0, "safe to do again");
}
