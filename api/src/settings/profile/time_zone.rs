//! `/settings/profile/time-zone`: the zone in which times are told.

use axum::http::Method;
use axum::response::Response;
use catalogue::{TZ_VARIANTS, Text, id};
use maud::html;
use serde_json::json;

use crate::settings::errors::{Cause, Errors, FieldError};
use crate::settings::form::Form;
use crate::settings::page::{Page, Section};
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, done};

const FIELDS: &[FieldError] = &[(Cause::Pointer("/time_zone"), "time_zone", id!("zone-wrong"))];
/// What the names of zones begin with that people live in, and what that is called.
const REGIONS: [(&str, &str); 10] = [
    ("Africa", id!("zone-africa")),
    ("America", id!("zone-america")),
    ("Antarctica", id!("zone-antarctica")),
    ("Arctic", id!("zone-arctic")),
    ("Asia", id!("zone-asia")),
    ("Atlantic", id!("zone-atlantic")),
    ("Australia", id!("zone-australia")),
    ("Europe", id!("zone-europe")),
    ("Indian", id!("zone-indian")),
    ("Pacific", id!("zone-pacific")),
];
const UTC: &str = "UTC";

/// Asks for the zone.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    let present = visit.me().await?.profile.time_zone.clone().unwrap_or_default();
    page(&visit, &present, &Errors::default()).await
}

/// Changes it.
pub(in crate::settings) async fn change(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    let zone = sent.text("time_zone");
    let wanted = Some(zone).filter(|zone| !zone.is_empty());
    let body = json!({"time_zone": wanted});
    match visit.v1.command(Method::PATCH, "/v1/me", Some(body), sent.key()).await {
        Ok(()) => Ok(done("/settings/profile", "time-zone")),
        Err(refusal) => page(&visit, zone, &Errors::of(refusal, visit.text(), FIELDS)?).await,
    }
}

async fn page(visit: &Visit, zone: &str, errors: &Errors) -> Result<Response, Refusal> {
    visit.me().await?;
    let text = visit.text();
    let groups: Vec<(String, Vec<(String, String)>)> =
        REGIONS.iter().map(|(begins, name)| (text.say(name), places(begins))).collect();
    let form = Form::new(visit, errors);
    let label = text.say("profile-zone");
    let field = form.select(("time_zone", &label), &first(text, zone), &groups, zone);
    let body = html! {
        p { (text.say("zone-lead")) }
        (form.around(&field, &text.say("form-save")))
    };
    Ok(Page::new(text.say("zone-title"), body)
        .of(Section::Profile)
        .below("/settings/profile", text.say("profile-title"))
        .with_errors(errors)
        .show(visit))
}

/// What stands before the regions: the browser's, UTC, and a zone of no region that was chosen elsewhere.
fn first(text: &Text, chosen: &str) -> Vec<(String, String)> {
    let same = |zone: &str| (zone.to_owned(), zone.to_owned());
    let mut first = vec![(String::new(), text.say("zone-of-browser")), same(UTC)];
    let is_listed = REGIONS.iter().any(|(begins, _)| place(chosen, begins).is_some());
    let is_zone = chosen.parse::<catalogue::Tz>().is_ok();
    if is_zone && !is_listed && chosen != UTC {
        first.push(same(chosen));
    }
    first
}

/// The zones of a region: the name of each, and the place.
fn places(region: &str) -> Vec<(String, String)> {
    let zones = TZ_VARIANTS.iter().map(|zone| zone.name());
    zones.filter_map(|zone| Some((zone.to_owned(), place(zone, region)?))).collect()
}

/// The place that gives a zone of this region its name.
fn place(zone: &str, region: &str) -> Option<String> {
    let place = zone.strip_prefix(region)?.strip_prefix('/')?;
    Some(place.replace('_', " ").replace('/', ", "))
}

/// The zone that was chosen, in words.
pub(super) fn chosen(zone: Option<&str>, text: &Text) -> String {
    zone.map_or_else(|| text.say("zone-of-browser"), |zone| zone.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_named_by_their_places() {
        assert_eq!(place("America/Argentina/Buenos_Aires", "America").unwrap(), "Argentina, Buenos Aires");
        assert_eq!(place("UTC", "Europe"), None);
        assert!(places("Europe").contains(&("Europe/Berlin".to_owned(), "Berlin".to_owned())));
        for (region, _) in REGIONS {
            assert!(!places(region).is_empty(), "{region}");
        }
    }
}
