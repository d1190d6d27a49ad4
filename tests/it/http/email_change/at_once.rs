//! Changes at the same time never cross: a confirmation proves one address, for one account, in one change.

use futures::future::join_all;
use serde_json::{Value, json};

use super::{Service, ask, change, confirm, me, signs_in, undo};
use crate::support::{Person, sign_in};

fn statuses(answers: &[super::Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn two_people_who_move_at_once_each_move_to_their_own() {
    let service = Service::whole().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let (adas, bobs) =
        tokio::join!(change(&service, &ada, "a@new.example"), change(&service, &bob, "b@new.example"));
    // The link of one does nothing for who is signed in as the other: it is the link that says whose it is.
    let (first, second) =
        tokio::join!(confirm(&bob.client, &adas.confirm), confirm(&ada.client, &bobs.confirm));
    assert_eq!((first.status, second.status), (204, 204), "{first:?} {second:?}");
    assert_eq!((me(&ada).await.0, me(&bob).await.0), (json!("a@new.example"), json!("b@new.example")));
    assert_eq!(signs_in(&service, "a@new.example").await.as_deref(), Some(ada.account.as_str()));
    // Nor is a link good for anything but what it was sent for.
    confirm(&service.client(), &adas.undo).await.problem(410, "link-dead");
    undo(&service.client(), &bobs.confirm).await.problem(410, "link-dead");
    let body = json!({"token": adas.undo, "password": "another horse 9"});
    super::sent(&service.client(), "PUT", "/v1/password-resets", &body).await.problem(410, "link-dead");
    service.unharmed().await;
}

#[tokio::test]
async fn of_two_changes_of_one_account_the_later_wish_counts() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let first = change(&service, &ada, "first@example.com").await;
    let second = change(&service, &ada, "second@example.com").await;
    confirm(&service.client(), &first.confirm).await.problem(410, "link-dead");
    assert_eq!(me(&ada).await, (json!("ada@example.com"), json!("second@example.com")));
    confirm(&service.client(), &second.confirm).await.expect(204);
    assert_eq!(me(&ada).await, (json!("second@example.com"), Value::Null));
    service.unharmed().await;
}

#[tokio::test]
async fn of_two_wishes_at_once_one_can_be_confirmed_and_it_proves_its_own_address() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let other = sign_in(&service.client(), &ada.email).await;
    let twin = Person { account: ada.account.clone(), email: ada.email.clone(), client: other };
    for round in 0..4 {
        service.forget_tries().await;
        let emails = [format!("one{round}@example.com"), format!("two{round}@example.com")];
        let (first, second) = tokio::join!(ask(&ada, &emails[0]), ask(&twin, &emails[1]));
        assert_eq!((first.status, second.status), (202, 202));
        let mut confirmed = None;
        for (email, asker) in emails.iter().zip([&ada, &twin]) {
            let mail = service.take_mail("email_confirmation", email).await;
            let answer = confirm(&service.client(), mail.token()).await;
            match answer.status {
                204 => assert!(confirmed.replace((email, asker)).is_none(), "both were confirmed"),
                _ => drop(answer.problem(410, "link-dead")),
            }
        }
        // The session in which it was asked for lives.
        let (email, asker) = confirmed.expect("one can be confirmed");
        assert_eq!(asker.client.get("/v1/me").await["email"], email.as_str(), "round {round}");
        for person in [&ada, &twin] {
            person.client.go_on_with(&sign_in(&service.client(), email).await.token().unwrap());
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn of_many_who_want_one_address_at_once_one_gets_it() {
    let service = Service::whole().await;
    let mut tokens = Vec::new();
    let mut people = Vec::new();
    for name in ["ada", "bob", "eve"] {
        let person = service.person(name).await;
        ask(&person, "wanted@example.com").await.expect(202);
        tokens.push(service.take_mail("email_confirmation", "wanted@example.com").await.token().to_owned());
        people.push(person);
    }
    let client = service.client();
    let answers = join_all(tokens.iter().map(|token| confirm(&client, token))).await;
    assert_eq!(statuses(&answers), [204, 409, 409]);
    let won = answers.iter().position(|answer| answer.status == 204).unwrap();
    let owner = signs_in(&service, "wanted@example.com").await;
    assert_eq!(owner.as_deref(), Some(people[won].account.as_str()));
    service.unharmed().await;
}

#[tokio::test]
async fn of_many_that_follow_one_link_at_once_one_does_it() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let links = change(&service, &ada, "new@example.com").await;
    let clients = [service.client(), elsewhere.client(), service.client(), elsewhere.client()];
    let answers = join_all(clients.iter().map(|client| confirm(client, &links.confirm))).await;
    assert_eq!(statuses(&answers), [204, 410, 410, 410]);
    let answers = join_all(clients.iter().map(|client| undo(client, &links.undo))).await;
    assert_eq!(statuses(&answers), [204, 410, 410, 410]);
    service.take_mail("email_change_undone", "ada@example.com").await;
    assert!(service.mails_of("email_change_undone").is_empty(), "it was told once");
    service.unharmed().await;
}
