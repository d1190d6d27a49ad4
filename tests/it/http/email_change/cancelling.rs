//! A change that is given up before it is confirmed.

use serde_json::Value;

use super::{Service, change, confirm, undo};
use crate::http::service::asked;

const PENDING: &str = "/v1/me/email/pending";

#[tokio::test]
async fn a_change_that_waits_is_cancelled_and_its_link_opens_nothing() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let links = change(&service, &ada, "ada@new.example").await;
    assert_eq!(ada.client.get("/v1/me").await["email_pending"], "ada@new.example");
    // Twice is once.
    for _ in 0..2 {
        asked(&ada.client, "DELETE", PENDING).await.expect(204);
    }
    let me = ada.client.get("/v1/me").await;
    assert_eq!((&me["email"], &me["email_pending"]), (&Value::from("ada@example.com"), &Value::Null));
    confirm(&service.client(), &links.confirm).await.problem(410, "link-dead");
    undo(&service.client(), &links.undo).await.problem(410, "link-dead");
    let history = ada.client.get("/v1/me/history").await.to_string();
    assert_eq!(
        history.matches("The change to the other email address was cancelled").count(),
        1,
        "{history}"
    );
    // Another can be asked for.
    let links = change(&service, &ada, "ada@other.example").await;
    confirm(&service.client(), &links.confirm).await.expect(204);
    service.unharmed().await;
}
