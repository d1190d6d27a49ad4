//! An account holder at a running program.

use serde_json::{Value, json};

use super::{Client, HOUSE_TOKEN, OPERATOR_TOKEN, eventually};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery staple 7";

/// Somebody with an account, signed in.
pub(crate) struct Person {
    pub(crate) account: String,
    pub(crate) email: String,
    /// Signed in.
    pub(crate) client: Client,
}

impl Person {
    /// Opens an account and signs in.
    pub(crate) async fn join(client: &Client, email: &str) -> Self {
        let operator = client.with_token(OPERATOR_TOKEN);
        let body = json!({"email": email, "name": "Ada Example", "password": PASSWORD});
        let answer = operator.post("/v1/admin/accounts", body).await;
        let account = answer["account_id"].as_str().unwrap().to_owned();
        let client = sign_in(client, email).await;
        Self { account, email: email.to_owned(), client }
    }

    /// The same person at a program that was started anew.
    pub(crate) fn at(&mut self, client: &Client) {
        let token = self.client.token.take();
        self.client = Client { token, ..client.clone() };
    }

    /// Sends `count` events of usage with the seeded values in them.
    pub(crate) async fn use_product(&self, count: u64) -> Value {
        let events: Vec<Value> = (0..count)
            .map(|n| {
                json!({"event": "Page viewed", "properties": {
                    "token": HOUSE_TOKEN,
                    "distinct_id": self.account,
                    "time": 1_700_000_000 + n,
                    "$insert_id": format!("{n}"),
                    "ip": "198.51.100.77",
                    "path": "/seeded-path",
                }})
            })
            .collect();
        let mut answer = Value::Null;
        for batch in events.chunks(1_000) {
            answer = self.client.post("/track?verbose=1", json!(batch)).await;
        }
        answer
    }

    /// Asks for an export or an erasure; its id.
    pub(crate) async fn ask_for(&self, kind: &str) -> String {
        self.client.reauthenticate().await;
        let body = json!({"kind": kind, "confirm": true});
        let answer = self.client.post("/v1/me/privacy-requests", body).await;
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Waits until a request is completed; all about it.
    pub(crate) async fn completed(&self, id: &str) -> Value {
        let path = format!("/v1/me/privacy-requests/{id}");
        eventually(&format!("{id} is completed"), || async {
            let request = self.client.get(&path).await;
            (request["state"] == "completed").then_some(request)
        })
        .await
    }

    /// Fetches an archive.
    pub(crate) async fn fetch_archive(&self, id: &str) -> Vec<u8> {
        self.client.reauthenticate().await;
        let request = self.client.request("GET", &format!("/v1/me/privacy-requests/{id}/archive"));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap().to_vec()
    }
}

/// Signs in; a client with the session's token.
pub(crate) async fn sign_in(client: &Client, email: &str) -> Client {
    let answer = client.post("/v1/sessions", json!({"email": email, "password": PASSWORD})).await;
    client.with_token(answer["token"].as_str().unwrap())
}
