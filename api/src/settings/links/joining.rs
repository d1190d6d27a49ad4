//! What an invited person does: looks at the invitation, joins with a new account or the one there is, or declines.

use axum::http::Method;
use axum::response::Response;
use catalogue::id;
use serde_json::{Value, json};

use super::invitation::{ACT, PATH, Wanted, page, without_link};
use super::questions::Dead;
use super::{ended, token};
use crate::problem::{Kind, SecondFactor};
use crate::routes::invitations::InvitationShown;
use crate::routes::sessions::new_session::SignedIn;
use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const DEAD: Dead = Dead { says: id!("links-dead-invitation"), remedy: None };
const FIELDS: &[FieldError] = &[
    (Cause::Pointer("/name"), "name", id!("name-wrong")),
    (Cause::Pointer("/password"), "password", id!("password-wrong")),
    (Cause::Kind(Kind::WrongCredentials), "password", id!("problem-wrong-password")),
    (Cause::Kind(Kind::WrongCode), "code", id!("problem-wrong-code")),
    (Cause::Pointer("/code"), "code", id!("problem-wrong-code")),
];

/// What a form came to.
enum Came {
    /// It is over, as this word says.
    Done(&'static str),
    /// A second factor is wanted.
    Asks(SecondFactor),
    /// Nothing more than looking at it was wanted.
    Looked,
}

/// Does what the form asks for.
pub(super) async fn act(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let Some(link) = token::of(&sent) else {
        return Ok(without_link(&visit, &token::missing(&visit)));
    };
    let looked: Result<InvitationShown, Refusal> =
        visit.v1.send(Method::POST, "/v1/invitations/lookup", Some(json!({"token": link})), None).await;
    let invitation = match looked {
        Ok(invitation) => invitation,
        Err(refusal) if refusal.kind == Kind::LinkDead => return Ok(ended::dead(&visit, DEAD)),
        Err(refusal) => return Err(refusal),
    };
    let asked = serde_json::from_str::<SecondFactor>(sent.text("asked")).ok();
    match carry_out(&visit, &sent, (link, &invitation), asked.as_ref()).await {
        Ok(Came::Done(word)) => Ok(done(PATH, word)),
        Ok(Came::Asks(asked)) => {
            let wanted = Wanted::Code(&asked);
            Ok(page(&visit, (link, &invitation), ("", &wanted), &Errors::default()))
        }
        Ok(Came::Looked) => {
            let wanted = Wanted::of(&visit, &invitation);
            Ok(page(&visit, (link, &invitation), ("", &wanted), &Errors::default()))
        }
        Err(refusal) if refusal.kind == Kind::LinkDead => Ok(ended::dead(&visit, DEAD)),
        Err(refusal) => {
            // Signing in may have gone well before the rest did not.
            let _ = visit.me().await;
            let errors = Errors::of(refusal, visit.text(), FIELDS)?;
            let wanted = asked.as_ref().map_or_else(|| Wanted::of(&visit, &invitation), Wanted::Code);
            Ok(page(&visit, (link, &invitation), (sent.text("name"), &wanted), &errors))
        }
    }
}

async fn carry_out(
    visit: &Visit,
    sent: &Sent,
    (link, invitation): (&str, &InvitationShown),
    asked: Option<&SecondFactor>,
) -> Result<Came, Refusal> {
    let challenge = asked.map(|asked| asked.challenge_id);
    match sent.text(ACT) {
        "register" => {
            let body = json!({"token": link, "name": sent.text("name"), "password": sent.secret("password")});
            post(visit, "/v1/invitations/register", body).await?;
            Ok(Came::Done("joined"))
        }
        "decline" => {
            post(visit, "/v1/invitations/decline", json!({"token": link})).await?;
            Ok(Came::Done("declined"))
        }
        "join" => join(visit, link).await,
        "sign-in" => {
            let body = json!({"email": invitation.email, "password": sent.secret("password")});
            let begun = visit.v1.send::<SignedIn>(Method::POST, "/v1/sessions", Some(body), None).await?;
            match begun.second_factor {
                Some(asked) => Ok(Came::Asks(asked)),
                None => join(visit, link).await,
            }
        }
        "code" => {
            let body = json!({"challenge_id": challenge, "code": sent.text("code")});
            post(visit, "/v1/sessions/second-factor", body).await?;
            join(visit, link).await
        }
        "send" => {
            let body = Some(json!({"challenge_id": challenge}));
            let path = "/v1/sessions/second-factor/code";
            Ok(Came::Asks(visit.v1.send(Method::POST, path, body, None).await?))
        }
        _ => Ok(Came::Looked),
    }
}

async fn join(visit: &Visit, link: &str) -> Result<Came, Refusal> {
    post(visit, "/v1/invitations/accept", json!({"token": link})).await?;
    Ok(Came::Done("joined"))
}

async fn post(visit: &Visit, path: &str, body: Value) -> Result<(), Refusal> {
    visit.v1.command(Method::POST, path, Some(body), None).await
}
