//! In which language, and in which zone, people are written to who have no browser before them.

use serde_json::json;

use super::Service;
use super::mailbox::Mail;
use super::service::sent;
use crate::support::{Person, header};

async fn choose_german(person: &Person) {
    let chosen = json!({"language": "de", "time_zone": "Europe/Berlin"});
    sent(&person.client, "PATCH", "/v1/me", &chosen).await.expect(200);
}

#[track_caller]
fn assert_language(mail: &Mail, language: &str) {
    assert_eq!(header(&mail.raw, "Content-Language"), language);
    assert!(mail.raw.contains(&format!("<html lang=3D\"{language}\">")), "{mail:?}");
}

#[tokio::test]
async fn a_reader_is_spoken_to_in_the_language_and_zone_that_they_chose() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let before = ada.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
    assert!(before["token"].is_string());
    let mail = service.take_mail("gdpr_token_issued", &ada.email).await;
    assert_language(&mail, "en");
    assert!(mail.text.contains(" UTC."), "{mail:?}");

    choose_german(&ada).await;
    ada.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
    let mail = service.take_mail("gdpr_token_issued", &ada.email).await;
    assert_language(&mail, "de");
    assert_eq!(mail.subject, "Sie haben ein neues DSGVO-Token");
    assert!(mail.text.contains(" Uhr (Europe/Berlin)."), "{mail:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn an_address_that_may_be_anothers_learns_no_zone() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    choose_german(&ada).await;
    sent(&ada.client, "PUT", "/v1/me/email", &json!({"email": "moved@example.com"})).await.expect(202);
    let mail = service.take_mail("email_confirmation", "moved@example.com").await;
    assert_language(&mail, "de");
    assert!(mail.text.contains(" UTC.") && !mail.raw.contains("Berlin"), "{mail:?}");
    let mail = service.take_mail("email_change", &ada.email).await;
    assert!(mail.text.contains("(Europe/Berlin)"), "{mail:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn codes_and_the_last_mail_of_all_are_in_the_language_that_was_chosen() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    choose_german(&ada).await;
    for channel in ["sms", "call"] {
        let phone = json!({"number": "+14155550142", "channel": channel});
        sent(&ada.client, "PUT", "/v1/me/two-factor-phone", &phone).await.expect(202);
        let code = service.take_code().await;
        assert_eq!(code.by_call, channel == "call");
        assert!(code.said.contains("Ihr Code"), "{code:?}");
    }
    sent(&ada.client, "DELETE", "/v1/me", &json!({"confirm": true})).await.expect(204);
    assert_language(&service.take_mail("account_deleted", &ada.email).await, "de");
    service.unharmed().await;
}
