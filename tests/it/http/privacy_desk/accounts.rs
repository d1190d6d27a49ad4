//! Whose an address, an id or a request is.

use serde_json::{Value, json};

use super::super::service::{action, asked, sent};
use super::Desk;

const ACCOUNTS: &str = "/v1/admin/accounts";

#[tokio::test]
async fn an_account_is_found_by_address_id_and_request_and_each_look_is_on_record() {
    let desk = Desk::open().await;
    let ada = desk.service.person("ada").await;
    desk.service.person("bob").await;
    let made = ada.client.post("/v1/me/privacy-requests", action("export")).await;
    let request = made["id"].as_str().unwrap();
    desk.settle().await;
    let registered_at = ada.client.get("/v1/me").await["registered_at"].clone();
    for query in [
        "email=ada@example.com".to_owned(),
        "email=Ada%40EXAMPLE.com".to_owned(),
        format!("id={}", ada.account),
        format!("request={request}"),
    ] {
        let found = desk.items(&format!("{ACCOUNTS}?{query}")).await;
        let expected = json!({
            "id": ada.account, "email": "ada@example.com", "registered_at": registered_at,
            "deleted_at": null, "open_requests": 1,
        });
        assert_eq!(found, [expected], "{query}");
        let newest = ada.client.get("/v1/me/history?limit=1").await["items"][0].clone();
        assert_eq!((&newest["actor"], &newest["data"]["what"]), (&json!(desk.operator), &json!("account")));
    }
    let nobody = [
        "email=eve@example.com",
        "id=acc_00000000000000000000000001",
        "request=req_00000000000000000000000001",
    ];
    for query in nobody {
        assert!(desk.items(&format!("{ACCOUNTS}?{query}")).await.is_empty(), "{query}");
    }
    assert_eq!(desk.looks().await, ["accounts"; 7], "also where there is none");
    for query in ["", "email=ada", "id=ada@example.com", "name=Ada", "email=ada@example.com&id=acc_1"] {
        desk.ask(&format!("{ACCOUNTS}?{query}")).await.problem(400, "invalid-parameters");
    }
    assert_eq!(desk.looks().await.len(), 7);
    desk.service.unharmed().await;
}

#[tokio::test]
async fn a_deleted_account_is_found_by_its_id_and_its_requests_alone() {
    let desk = Desk::open().await;
    let ada = desk.service.person("ada").await;
    let made = ada.client.post("/v1/me/privacy-requests", action("export")).await;
    let request = made["id"].as_str().unwrap().to_owned();
    asked(&ada.client, "DELETE", &format!("/v1/me/privacy-requests/{request}")).await.expect(204);
    sent(&ada.client, "DELETE", "/v1/me", &json!({"confirm": true})).await.expect(204);
    desk.settle().await;
    for query in [format!("id={}", ada.account), format!("request={request}")] {
        let found = desk.items(&format!("{ACCOUNTS}?{query}")).await;
        assert_eq!((&found[0]["id"], &found[0]["email"]), (&json!(ada.account), &Value::Null), "{query}");
        assert!(found[0]["deleted_at"].is_string() && found[0]["registered_at"].is_string(), "{found:?}");
        assert_eq!(found[0]["open_requests"], 0);
    }
    assert!(desk.items(&format!("{ACCOUNTS}?email=ada@example.com")).await.is_empty());
    desk.service.unharmed().await;
}
