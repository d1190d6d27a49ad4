//! What rests on a proof is stored in the generation in which it was proved, or not at all.

use domain::account::{Account, AccountCommand};
use domain::authentication::{Factor, Factors};
use domain::{AccountId, ChallengeId, SessionId};
use event_store::records::RecordWrite;
use event_store::records::authentication::{InSession, SUDO_LIFE, generation};
use event_store::records::one_time_code::{NewOneTimeCode, Purpose};
use event_store::records::session::{Elevation, NewSession, fetch};
use event_store::{CommandContext, CommitExtras, ExecuteError};

use crate::support::{TestApp, account_context};

type Outcome = Result<(), ExecuteError<domain::account::AccountError>>;

async fn execute(
    app: &TestApp,
    account: AccountId,
    context: &CommandContext,
    records: Vec<RecordWrite>,
) -> Outcome {
    let extras = CommitExtras { records, ..CommitExtras::default() };
    let command = AccountCommand::RecordReauthentication {
        session_id: SessionId::from_uuid(account.uuid()),
        passkey_id: None,
    };
    let store = &app.foundation.store;
    store.execute::<Account>(&account.to_string(), command, context, extras).await.map(drop)
}

fn new_session(app: &TestApp, account: AccountId, generation: i64) -> NewSession {
    let services = app.foundation.store.services();
    let (id, at) = (SessionId::generate(services), services.now());
    NewSession {
        id,
        token_hash: id.uuid().as_bytes().to_vec(),
        account,
        generation,
        factors: Factors::PASSWORD,
        at,
        expires_at: at + chrono::Duration::days(1),
        sealed_device: None,
    }
}

/// Everything that rests on a proof of this generation, and a session that lives.
fn resting_on(app: &TestApp, account: AccountId, session: SessionId, generation: i64) -> Vec<RecordWrite> {
    let services = app.foundation.store.services();
    let at = services.now();
    vec![
        RecordWrite::RequireGeneration { account, generation },
        RecordWrite::OpenSession(new_session(app, account, generation)),
        RecordWrite::PutOneTimeCode(NewOneTimeCode {
            id: ChallengeId::generate(services),
            purpose: Purpose::SignIn,
            account,
            subject: String::new(),
            code_hash: b"hash".to_vec(),
            generation,
            tries: 5,
            expires_at: at,
        }),
        RecordWrite::RotateSessionToken(Elevation {
            session,
            account,
            generation,
            factors: Factors::PASSWORD,
            at,
            token_hash: b"elevated".to_vec(),
        }),
    ]
}

/// Opens a session; the context of what is asked for in it under sudo.
async fn session_of(app: &TestApp, account: AccountId, generation: i64) -> (SessionId, CommandContext) {
    let new = new_session(app, account, generation);
    let (session, at) = (new.id, new.at);
    let context = account_context(account);
    execute(app, account, &context, vec![RecordWrite::OpenSession(new)]).await.unwrap();
    let under_sudo = InSession { session, proved_since: Some(at - SUDO_LIFE) };
    (session, CommandContext { session: Some(under_sudo), ..context })
}

#[tokio::test]
async fn what_rests_on_an_older_proof_is_not_stored() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let pool = app.foundation.store.pool();
    let proved = generation(pool, account).await.unwrap();
    let (session, _) = session_of(&app, account, proved).await;
    let context = account_context(account);
    for write in resting_on(&app, account, session, proved) {
        execute(&app, account, &context, vec![write]).await.unwrap();
    }
    let own = context.clone().with_session(Some(session));
    let store = &app.foundation.store;
    let change = AccountCommand::ChangePassword;
    store.execute::<Account>(&account.to_string(), change, &own, CommitExtras::default()).await.unwrap();
    assert_eq!(generation(pool, account).await.unwrap(), proved + 1);
    for write in resting_on(&app, account, session, proved) {
        let refused = execute(&app, account, &context, vec![write]).await;
        assert!(matches!(refused, Err(ExecuteError::ProofOver)), "{refused:?}");
    }
    for write in resting_on(&app, account, session, proved + 1) {
        execute(&app, account, &context, vec![write]).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_asked_for_under_sudo_is_refused_once_its_session_ended() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let (own, own_sudo) = session_of(&app, account, 1).await;
    let (_, other_sudo) = session_of(&app, account, 1).await;
    for context in [&own_sudo, &other_sudo] {
        execute(&app, account, context, Vec::new()).await.unwrap();
    }
    let store = &app.foundation.store;
    let change = AccountCommand::ChangePassword;
    store.execute::<Account>(&account.to_string(), change, &own_sudo, CommitExtras::default()).await.unwrap();
    execute(&app, account, &own_sudo, Vec::new()).await.unwrap();
    let refused = execute(&app, account, &other_sudo, Vec::new()).await;
    assert!(matches!(refused, Err(ExecuteError::ProofOver)), "{refused:?}");
    // Nor does a proof count that is too old, in whatever session.
    let later = InSession { session: own, proved_since: Some(store.services().now()) };
    let context = CommandContext { session: Some(later), ..own_sudo };
    let refused = execute(&app, account, &context, Vec::new()).await;
    assert!(matches!(refused, Err(ExecuteError::ProofOver)), "{refused:?}");
}

#[tokio::test]
async fn the_session_that_made_a_change_goes_on_with_what_it_proved() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    let store = &app.foundation.store;
    let (known, context) = session_of(&app, account, 1).await;
    let now = store.services().now();
    let challenge_id = ChallengeId::generate(store.services());
    let number = "+14155550142".parse().unwrap();
    let channel = domain::account::Channel::Sms;
    for command in [
        AccountCommand::RequestPhoneChange { challenge_id, number, channel },
        AccountCommand::VerifyPhone { challenge_id, recovery_codes: 10 },
    ] {
        store
            .execute::<Account>(&account.to_string(), command, &context, CommitExtras::default())
            .await
            .unwrap();
    }
    let session = fetch(store.pool(), account, known, now).await.unwrap().unwrap();
    assert_eq!(session.factors, Factors::PASSWORD.and(Factor::PhoneCode));
    assert_eq!(session.generation, Some(generation(store.pool(), account).await.unwrap()));
    assert!(now - session.sudo_at < SUDO_LIFE);
    // Of a session that an earlier release began nothing is known.
    let forget = "UPDATE session SET generation = NULL, factors = NULL";
    sqlx::query(forget).execute(store.pool()).await.unwrap();
    let own = account_context(account).with_session(Some(known));
    let remove = AccountCommand::RemovePhone;
    store.execute::<Account>(&account.to_string(), remove, &own, CommitExtras::default()).await.unwrap();
    let session = fetch(store.pool(), account, known, now).await.unwrap().unwrap();
    assert_eq!(session.factors, Factors::default());
    assert!(now - session.sudo_at > SUDO_LIFE);
}

#[tokio::test]
async fn nothing_of_an_account_that_ended_is_left_to_prove() {
    let app = TestApp::build().await;
    let account = app.register("ada@example.com").await;
    session_of(&app, account, 1).await;
    app.command(account, AccountCommand::Delete).await.unwrap();
    for table in ["session", "authentication", "challenge"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let left: i64 = sqlx::query_scalar(&sql).fetch_one(app.foundation.store.pool()).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
}
