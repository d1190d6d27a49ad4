//! SIGTERM: no request is cut, no job is left half recorded.

use std::time::Duration;

use futures::future::join_all;
use nix::sys::signal::Signal;
use serde_json::json;

use crate::support::{Person, Start};

#[tokio::test]
async fn requests_under_way_are_answered_and_work_goes_on_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Start::new(folder.path(), &["serve"]).ready().await;
    let mut person = Person::join(&program.client(), "ada@example.com").await;
    person.use_product(2_000).await;
    let export = person.ask_for("export").await;
    let under_way = (0..40).map(|n| {
        let switched = json!({"personalization": n % 2 == 0, "usage_logging": n % 3 == 0});
        person.client.request("PUT", "/v1/me/preferences").json(&switched).send()
    });
    let ending = async {
        tokio::time::sleep(Duration::from_millis(15)).await;
        program.signal(Signal::SIGTERM);
    };
    let (answers, ()) = tokio::join!(join_all(under_way), ending);
    for answer in answers {
        match answer {
            // Contention on one account may be refused, but it is an answer.
            Ok(answer) => assert!([200, 503].contains(&answer.status().as_u16()), "{answer:?}"),
            // Never accepted: the port was shut before the connection was made.
            Err(error) => assert!(error.is_connect(), "a request was cut: {error:?}"),
        }
    }
    assert_eq!(program.ended().await, 0, "{}", program.said());

    let program = Start::new(folder.path(), &["serve"]).ready().await;
    person.at(&program.client());
    person.completed(&export).await;
}
