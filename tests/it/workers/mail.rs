//! Mail about a request: at least once, recognisable when repeated.

use domain::privacy_request::{Intent, Kind, Notice};
use workers::steps;

use crate::support::House;

#[tokio::test]
async fn a_mail_that_was_sent_but_not_recorded_is_sent_again_as_the_same() {
    let house = House::build().await;
    let account = house.register("ada@example.com").await;
    let id = house.receive(account, Kind::Erasure).await;
    let bench = house.bench();
    let before = house.request(id).await;
    let send = Intent::Notify(Notice::Received);
    steps::take(&bench, &before, &send).await.unwrap();
    let folder = house.folder.path().join("mail");
    let read = || {
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        std::fs::read_to_string(&files[0]).unwrap()
    };
    let first = read();
    steps::take(&bench, &before, &send).await.unwrap();
    assert_eq!(read(), first);

    let header =
        |name: &str| first.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    assert_eq!(header("Message-ID:"), format!("<{id}.received@settings.example.com>"));
    assert_eq!(header("To:"), "\"Ada Example\" <ada@example.com>");
    assert!(first.contains("https://settings.example.com"), "links begin with the public URL");
}
