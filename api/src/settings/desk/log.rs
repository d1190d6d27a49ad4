//! `/settings/desk/log`: whether the log is signed and verified, how far read models are, and what to do where something is
//! wrong.

use axum::response::Response;
use catalogue::{Text, id};
use chrono::{DateTime, TimeDelta, Utc};
use maud::{Markup, html};

use super::{Section, words};
use crate::routes::admin::{LogHealth, PassedVerification, ReadModel, SignedCheckpoint};
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// A checkpoint that is older than this is late where something happened since.
const OLDEST_CHECKPOINT: TimeDelta = TimeDelta::hours(1);
/// A whole verification that is older than this is late.
const OLDEST_VERIFICATION: TimeDelta = TimeDelta::days(8);
/// Events that a read model may be behind while all is well.
const MOST_BEHIND: i64 = 1_000;

/// Shows it.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.operator().await?;
    let health: LogHealth = visit.v1.get("/v1/admin/log/health").await?;
    let (text, wrong) = (visit.text(), wrongs(&health, visit.now()));
    let body = html! {
        @if wrong.is_empty() {
            p class="done" { (text.say("desk-log-well")) }
        } @else {
            section class="card" aria-labelledby="wrong" {
                h2 id="wrong" { (text.say("desk-log-wrong")) }
                ul class="list" { @for id in &wrong { li { (text.say(id)) } } }
            }
        }
        (proofs(text, &health))
        section class="card" aria-labelledby="models" {
            h2 id="models" { (text.say("desk-models")) }
            p { (text.say_with("desk-models-lead", [("position", health.newest_position.to_string().into())])) }
            (words::table(&text.say("desk-models"), &models(text, &health.read_models)))
        }
    };
    Ok(Page::new(text.say("desk-log"), body).of_desk(Section::Log).show(&visit))
}

/// What is wrong, each with what to do.
fn wrongs(health: &LogHealth, now: DateTime<Utc>) -> Vec<&'static str> {
    let is_older = |at: DateTime<Utc>, age| now - at > age;
    let is_newer = |size| u64::try_from(health.newest_position).is_ok_and(|newest| newest > size);
    let checkpoint = match &health.checkpoint {
        None if health.newest_position > 0 => Some(id!("desk-wrong-unsigned")),
        Some(SignedCheckpoint { size, signed_at, .. })
            if is_newer(*size) && is_older(*signed_at, OLDEST_CHECKPOINT) =>
        {
            Some(id!("desk-wrong-checkpoint-old"))
        }
        None | Some(_) => None,
    };
    let verification = match &health.verification.whole {
        None if health.verification.recent.is_none() => Some(id!("desk-wrong-unverified")),
        Some(whole) if is_older(whole.verified_at, OLDEST_VERIFICATION) => {
            Some(id!("desk-wrong-verification-old"))
        }
        None | Some(_) => None,
    };
    let any = |is_so: fn(&ReadModel) -> bool| health.read_models.iter().any(is_so);
    let behind = any(|model| model.behind > MOST_BEHIND).then_some(id!("desk-wrong-behind"));
    let parked = any(|model| model.parked > 0).then_some(id!("desk-wrong-parked"));
    [checkpoint, verification, behind, parked].into_iter().flatten().collect()
}

fn proofs(text: &Text, health: &LogHealth) -> Markup {
    let verified = |verified: &Option<PassedVerification>| match verified {
        Some(PassedVerification { verified_at, up_to }) => {
            let with = [("at", text.moment(*verified_at).into()), ("count", (*up_to).into())];
            html! { (text.say_with("desk-verified", with)) }
        }
        None => html! { span class="quiet" { (text.say("desk-never")) } },
    };
    html! {
        section class="card" aria-labelledby="proofs" {
            h2 id="proofs" { (text.say("desk-proofs")) }
            dl class="rows" {
                @match &health.checkpoint {
                    Some(checkpoint) => {
                        (words::row(&text.say("desk-checkpoint"), &html! { (text.moment(checkpoint.signed_at)) }))
                        (words::row(&text.say("desk-checkpoint-size"), &html! {
                            (text.say_with("desk-events-count", [("count", checkpoint.size.into())]))
                        }))
                        (words::row(&text.say("desk-checkpoint-key"), &html! { code { (checkpoint.key) } }))
                    },
                    None => (words::row(&text.say("desk-checkpoint"), &html! {
                        span class="quiet" { (text.say("desk-checkpoint-none")) }
                    })),
                }
                (words::row(&text.say("desk-verified-whole"), &verified(&health.verification.whole)))
                (words::row(&text.say("desk-verified-recent"), &verified(&health.verification.recent)))
            }
        }
    }
}

fn models(text: &Text, models: &[ReadModel]) -> Markup {
    let heads = [
        id!("desk-model"),
        id!("desk-model-position"),
        id!("desk-model-behind"),
        id!("desk-model-parked"),
        id!("desk-model-oldest"),
    ];
    html! {
        table {
            caption class="unseen" { (text.say("desk-models")) }
            thead { tr { @for head in heads { th scope="col" { (text.say(head)) } } } }
            tbody {
                @for model in models {
                    tr {
                        th scope="row" { (model.name) }
                        td { (model.position) }
                        td { (model.behind) }
                        td {
                            @if model.parked > 0 { a href=(Section::Waiting.path()) { (model.parked) } }
                            @else { "0" }
                        }
                        td { (model.oldest_parked_at.map_or_else(|| "–".to_owned(), |at| text.moment(at))) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, Language};
    use serde_json::{Value, json};

    fn wrongs_of(checkpoint: &Value, whole: &Value, behind: i64, parked: i64) -> Vec<&'static str> {
        let health = json!({
            "newest_position": 9, "checkpoint": checkpoint, "verification": {"whole": whole, "recent": null},
            "read_models": [{"name": "account", "position": 8, "behind": behind, "parked": parked, "oldest_parked_at": null}],
        });
        wrongs(&serde_json::from_value(health).unwrap(), "2026-03-10T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_do_in_every_language() {
        let signed = |at: &str| json!({"size": 8, "signed_at": at, "key": "k"});
        let verified = |at: &str| json!({"verified_at": at, "up_to": 9});
        let (fresh, old) = ("2026-03-10T11:00:00Z", "2026-02-10T11:00:00Z");
        assert!(wrongs_of(&signed(fresh), &verified(fresh), 0, 0).is_empty());
        let late = wrongs_of(&signed(old), &verified(old), 5_000, 1);
        let never = wrongs_of(&Value::Null, &Value::Null, 0, 0);
        assert_eq!((late.len(), never.len()), (4, 2));
        for language in Language::ALL {
            let text = Catalogue::built_in().text(language);
            assert!(late.iter().chain(&never).all(|id| text.say(id).ends_with('.')));
        }
    }
}
