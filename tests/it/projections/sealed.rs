//! What is personal in a read model is sealed with the key of the person.

use domain::account::{AccountCommand, Channel};
use domain::{AccountId, ChallengeId, EmailChangeId, Language};
use event_store::EventStore;
use event_store::encryption::LocalKeys;
use projections::account::{self, AccountView};
use projections::status;
use sqlx::PgPool;

use super::{await_caught_up, switch};
use crate::support::{TestApp, eventually};

/// Personal values of a seeded account, as they are shown.
const SEEDED: [&str; 6] = [
    "ada@seeded.example",
    "Ada Seeded",
    "bills@seeded.example",
    "new@seeded.example",
    "+14155550177",
    "Indian/Kerguelen",
];
/// Those that the release before wrote in plain text.
const ONCE_PLAIN: [&str; 5] = [SEEDED[0], SEEDED[1], SEEDED[2], SEEDED[3], SEEDED[4]];

/// An account that has every personal value there is.
async fn seed(app: &TestApp) -> AccountId {
    let ada = app.register(SEEDED[0]).await;
    let services = app.foundation.store.services();
    let (change_id, challenge_id) = (EmailChangeId::generate(services), ChallengeId::generate(services));
    let number = || SEEDED[4].parse().unwrap();
    for command in [
        AccountCommand::ChangeName { name: SEEDED[1].to_owned() },
        AccountCommand::ChangeBillingEmail { billing_email: Some(SEEDED[2].parse().unwrap()) },
        AccountCommand::ChangeLocale {
            language: Some(Some(Language::De)),
            time_zone: Some(Some(SEEDED[5].parse().unwrap())),
        },
        AccountCommand::RequestPhoneChange { challenge_id, number: number(), channel: Channel::Sms },
        AccountCommand::VerifyPhone { challenge_id, recovery_codes: 10 },
        // Last, since another factor ends it.
        AccountCommand::RequestEmailChange { change_id, email: SEEDED[3].parse().unwrap() },
    ] {
        app.command(ada, command).await.unwrap();
    }
    await_caught_up(app).await;
    ada
}

fn shown(view: &AccountView) -> [Option<&str>; 6] {
    [&view.email, &view.name, &view.billing_email, &view.email_pending, &view.phone, &view.time_zone]
        .map(Option::as_deref)
}

/// All of the table as text. Binary columns are there in hexadecimal digits, and once more byte by byte.
async fn table(pool: &PgPool) -> String {
    let columns = "encode(coalesce(email_sealed, '') || coalesce(name_sealed, ''), 'escape')";
    let statement = format!("SELECT t::text || {columns} FROM account_view t");
    let rows: Vec<String> = sqlx::query_scalar(&statement).fetch_all(pool).await.unwrap();
    rows.join("\n")
}

#[tokio::test]
async fn a_read_model_holds_no_personal_value_in_plain_text_and_shows_all_of_them() {
    let app = TestApp::build().await;
    let ada = seed(&app).await;
    let rows = table(app.foundation.store.pool()).await;
    for seeded in SEEDED {
        assert!(!rows.contains(seeded), "{seeded} lies there: {rows}");
    }
    // By a process that has nothing at hand, and again by one that has.
    let other = app.beside();
    for _ in 0..2 {
        let view = other.views.account_fetch(ada).await.unwrap().unwrap();
        assert_eq!((shown(&view), view.language.as_deref()), (SEEDED.map(Some), Some("de")));
        let (whole, _) = other.views.account_fetch_with_memberships(ada).await.unwrap().unwrap();
        assert_eq!(whole, view);
        let named = other.views.account_list_named(&[ada]).await.unwrap().remove(0);
        assert_eq!([named.email, named.name].map(Option::unwrap), [SEEDED[0], SEEDED[1]]);
    }
}

#[tokio::test]
async fn a_row_without_its_key_reads_as_erased_and_without_the_master_key_not_at_all() {
    let app = TestApp::build().await;
    let ada = seed(&app).await;
    let (store, pool) = (&app.foundation.store, app.foundation.store.pool());
    // A thief of the database alone has another master key, or none.
    let folder = tempfile::tempdir().unwrap();
    let keys = LocalKeys::from_file_or_new(&folder.path().join("other.key")).unwrap();
    let thief = EventStore::new(pool.clone(), store.services().clone(), keys);
    assert!(projections::Views::of(&thief).account_fetch(ada).await.is_err());
    assert!(projections::Views::new(pool.clone()).account_fetch(ada).await.is_err());

    // As a backup of the table lies beside keys that are gone.
    sqlx::query(
        "UPDATE subject_key SET wrapped = NULL, destroyed_at = clock_timestamp() WHERE scope = 'profile'",
    )
    .execute(pool)
    .await
    .unwrap();
    let view = app.beside().views.account_fetch(ada).await.unwrap().unwrap();
    assert_eq!((shown(&view), view.language.as_deref()), ([None; 6], None));
    assert_eq!(view.account_id, ada.to_string());
}

#[tokio::test]
async fn a_value_that_was_moved_to_another_row_is_found_out() {
    let app = TestApp::build().await;
    let ada = seed(&app).await;
    let eve = app.register("eve@example.com").await;
    await_caught_up(&app).await;
    let pool = app.foundation.store.pool();
    sqlx::query(
        "UPDATE account_view e SET name_sealed = a.name_sealed FROM account_view a WHERE a.account_id = $1",
    )
    .bind(ada.to_string())
    .execute(pool)
    .await
    .unwrap();
    assert!(app.foundation.views.account_fetch(eve).await.is_err());
    assert!(app.foundation.views.account_fetch(ada).await.is_ok());
}

async fn is_outdated(app: &TestApp) -> bool {
    let list = status::list(&app.foundation.store).await.unwrap();
    list.iter().any(|status| status.name == account::NAME && status.outdated)
}

#[tokio::test]
async fn a_table_of_the_release_before_stays_in_its_form_until_it_is_rebuilt() {
    let mut app = TestApp::build().await;
    app.stop_log().await;
    let pool = app.foundation.store.pool().clone();
    // As the release before left it: its form is 1, and its columns are plain.
    let before = "INSERT INTO projection (name, revision) VALUES ('account', 1)
                  ON CONFLICT (name) DO UPDATE SET revision = 1";
    sqlx::query(before).execute(&pool).await.unwrap();
    app.start_log();
    let ada = seed(&app).await;
    let rows = table(&pool).await;
    assert!(
        ONCE_PLAIN.iter().all(|seeded| rows.contains(seeded)),
        "the release before could not read it: {rows}"
    );
    assert!(!rows.contains(SEEDED[5]), "what came later is sealed in either form: {rows}");
    let sealed: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM account_view WHERE num_nulls(email_sealed, name_sealed, phone_sealed) < 3",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(sealed, 0, "what it does not know it could not change");
    assert!(is_outdated(&app).await);
    let view = app.foundation.views.account_fetch(ada).await.unwrap().unwrap();
    assert_eq!(shown(&view), SEEDED.map(Some));

    // Beside others it stays so. Who has the database alone rebuilds it.
    app.see_to_outdated(false);
    app.see_to_outdated(true);
    eventually("it is rebuilt", || async { (!is_outdated(&app).await).then_some(()) }).await;
    let rows = table(&pool).await;
    assert!(!SEEDED.iter().any(|seeded| rows.contains(seeded)), "{rows}");
    assert_eq!(app.foundation.views.account_fetch(ada).await.unwrap().unwrap(), view);
    // And it goes on in the new form.
    switch(&app, ada, false).await;
    app.command(ada, AccountCommand::ChangeName { name: "Ada Renamed".to_owned() }).await.unwrap();
    await_caught_up(&app).await;
    assert!(!table(&pool).await.contains("Ada Renamed"));
    let view = app.foundation.views.account_fetch(ada).await.unwrap().unwrap();
    assert_eq!(view.name.as_deref(), Some("Ada Renamed"));
}
