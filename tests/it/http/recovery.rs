//! What operators do for a holder who is locked out, or whose account another uses.

use serde_json::{Value, json};

use super::second_factor::give_phone;
use super::service::{asked, credentials, opened, sent};
use super::{Answer, Service, later};
use crate::support::{Client, OPERATOR_TOKEN, Person, eventually, sign_in};

const REMOVAL: &str = "/v1/me/factor-removal";
const OBJECTIONS: &str = "/v1/factor-removal-objections";

fn operator(service: &Service) -> Client {
    service.client().with_token(OPERATOR_TOKEN)
}

async fn begin_removal(service: &Service, person: &Person, proof: Value) -> Answer {
    let path = format!("/v1/admin/accounts/{}/factor-removal", person.account);
    sent(&operator(service), "POST", &path, &proof).await
}

#[tokio::test]
async fn an_operator_ends_all_sessions_of_an_account_and_its_holder_is_told() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let thief = sign_in(&service.client(), &ada.email).await;
    let path = format!("/v1/admin/accounts/{}/sessions/end", ada.account);
    asked(&operator(&service), "POST", &path).await.expect(204);
    for client in [&ada.client, &thief] {
        asked(client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    }
    service.take_mail("sessions_ended", &ada.email).await;
    let back = sign_in(&service.client(), &ada.email).await;
    let history = back.get("/v1/me/history?limit=100").await;
    let told = history["items"].as_array().unwrap().iter();
    let ended: Vec<&Value> = told.filter(|item| item["type"] == "account.sessions_ended").collect();
    assert_eq!(ended.len(), 1, "{history}");
    assert!(ended[0]["actor"].as_str().unwrap().starts_with("opr_"), "{history}");
    assert_eq!(history.to_string().matches("A session was ended by an operator").count(), 2, "{history}");
    let unknown = "/v1/admin/accounts/acc_00000000000000000000000001/sessions/end";
    asked(&operator(&service), "POST", unknown).await.problem(404, "not-found");
    service.unharmed().await;
}

#[tokio::test]
async fn a_lost_factor_is_removed_after_proof_when_the_time_to_object_is_over() {
    let service = Service::start("serve", &[("PERSONAL_SETTINGS_FACTOR_REMOVAL_WAIT", "0s")]).await;
    let ada = service.person("ada").await;
    begin_removal(&service, &ada, json!({"proof": "document_seen"})).await.problem(409, "no-second-factor");
    give_phone(&service, &ada).await;
    assert_eq!(begin_removal(&service, &ada, json!({"proof": "other"})).await.pointers(), ["/note_id"]);
    let proof = json!({"proof": "other", "note_id": "CASE-4711"});
    begin_removal(&service, &ada, proof).await.expect(202);
    service.take_mail("factor_removed", &ada.email).await;
    asked(&ada.client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    let begun = sent(&service.client(), "POST", "/v1/sessions", &credentials(&ada.email)).await;
    let begun = begun.expect(201).json();
    assert_eq!(begun["second_factor"], Value::Null);
    let back = service.client().with_token(begun["token"].as_str().unwrap());
    assert_eq!(back.get("/v1/me").await["two_factor"], Value::Null);
    let history = back.get("/v1/me/history?limit=100").await.to_string();
    assert!(history.contains("in another way, note CASE-4711"), "{history}");
    assert!(history.contains("account.factor_removed"), "{history}");
    service.unharmed().await;
}

/// As after workers were down for long: two tasks are due at once, and the first takes away what the second is about.
#[tokio::test]
async fn a_removal_that_takes_a_token_along_leaves_no_task_that_fails() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    sent(&ada.client, "POST", "/v1/me/gdpr-token", &json!({"confirm": true})).await.expect(201);
    begin_removal(&service, &ada, json!({"proof": "called_back"})).await.expect(202);
    later::attend(&service, 400, &ada.account).await;
    let again =
        sent(&service.client(), "POST", "/v1/sessions", &credentials(&ada.email)).await.expect(201).json();
    let history =
        service.client().with_token(again["token"].as_str().unwrap()).get("/v1/me/history?limit=100").await;
    let history = history.to_string();
    assert!(history.contains("account.factor_removed"), "{history}");
    assert!(
        history.contains("The token for the GDPR APIs was revoked"),
        "it ended with the factor: {history}"
    );
    assert!(!history.contains("The token for the GDPR APIs expired"), "{history}");
    service.unharmed().await;
}

#[tokio::test]
async fn any_session_and_the_mailed_link_can_object() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    asked(&ada.client, "GET", REMOVAL).await.problem(404, "not-found");
    asked(&ada.client, "DELETE", REMOVAL).await.problem(404, "not-found");
    service.let_sudo_pass().await;
    let begun = begin_removal(&service, &ada, json!({"proof": "called_back"})).await.expect(202).json();
    let link = service.take_mail("factor_removal_begun", &ada.email).await.token().to_owned();
    let expected = json!({"proof": "called_back", "due_at": begun["due_at"]});
    assert_eq!(ada.client.get(REMOVAL).await, expected);
    asked(&ada.client, "DELETE", REMOVAL).await.expect(204);
    service.take_mail("factor_removal_stopped", &ada.email).await;
    opened(&service.client(), OBJECTIONS, &link).await.problem(410, "link-dead");

    begin_removal(&service, &ada, json!({"proof": "called_back"})).await.expect(202);
    let link = service.take_mail("factor_removal_begun", &ada.email).await.token().to_owned();
    opened(&service.client(), OBJECTIONS, &link).await.expect(204);
    service.take_mail("factor_removal_stopped", &ada.email).await;
    opened(&service.client(), OBJECTIONS, &link).await.problem(410, "link-dead");
    asked(&ada.client, "GET", REMOVAL).await.problem(404, "not-found");
    let phone = ada.client.get("/v1/me").await["two_factor"]["phone"].clone();
    assert_eq!(phone, "•••42");
    let timers = async || {
        let sql = "SELECT count(*) FROM timer WHERE name = 'factor_removal'";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&service.pool().await).await.unwrap()
    };
    eventually("no timer is left", || async { (timers().await == 0).then_some(()) }).await;
    service.unharmed().await;
}
