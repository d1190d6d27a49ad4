//! What every page has around it: the name of the service, who is here, where one can go.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use catalogue::{Text, id};
use maud::{DOCTYPE, Markup, html};

use super::page::{Page, Secret, Section};
use super::visit::Visit;
use super::zone;
use super::{desk_section, mailbox};
use crate::routes::me::Me;

impl Page<'_> {
    /// As the answer to a visit.
    pub(crate) fn show(self, visit: &Visit) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        let text = render(visit, &self).into_string();
        let mut response = (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response();
        if self.is_secret {
            response.extensions_mut().insert(Secret);
        }
        response
    }
}

/// What is around a page: where one can go, and who is here.
struct Frame {
    home: &'static str,
    /// What stands beside the name of the service.
    place: Option<&'static str>,
    navigation: &'static str,
    links: Vec<(&'static str, &'static str)>,
    who: Option<Who>,
    sign_out: &'static str,
}

/// Who is here.
struct Who {
    name: String,
    also: String,
}

impl Frame {
    fn of(visit: &Visit) -> Self {
        if visit.is_at_desk() {
            let who = visit
                .known_operator()
                .map(|operator| Who { name: operator.name.clone(), also: operator.operator_id.to_string() });
            return Self {
                home: desk_section::HOME,
                place: Some(id!("desk-title")),
                navigation: id!("desk-title"),
                links: desk_section::Section::ALL
                    .iter()
                    .map(|section| (section.path(), section.name()))
                    .collect(),
                who,
                sign_out: desk_section::SIGN_OUT,
            };
        }
        Self {
            home: Section::Profile.path(),
            place: None,
            navigation: id!("page-navigation"),
            links: Section::ALL.iter().map(|section| (section.path(), section.name())).collect(),
            who: visit
                .known()
                .map(|me| Who { name: name_of(me), also: me.profile.email.clone().unwrap_or_default() }),
            sign_out: "/settings/sign-out",
        }
    }
}

/// The whole page.
fn render(visit: &Visit, page: &Page<'_>) -> Markup {
    let (text, assets, frame) = (visit.text(), &visit.pages.assets, Frame::of(visit));
    let is_wrong = page.errors.is_some_and(|errors| !errors.is_empty());
    let wrong = if is_wrong { format!("{} ", text.say("form-error")) } else { String::new() };
    let place = frame.place.map(|id| format!("{} – ", text.say(id))).unwrap_or_default();
    html! {
        (DOCTYPE)
        html lang=(text.language().tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (wrong) (page.title) " – " (place) (visit.pages.service_name()) }
                link rel="icon" href=(assets.icon());
                link rel="stylesheet" href=(assets.style());
                script src=(assets.script()) defer {}
            }
            body data-zone=[wants_zone(visit)] {
                a class="skip" href="#main" { (text.say("page-skip")) }
                (header(visit, &frame, page.part))
                div class=(class_of(&frame, page)) {
                    @if frame.who.is_some() {
                        nav class="side" aria-label=(text.say(frame.navigation)) { (links(text, &frame, page.part)) }
                    }
                    main id="main" tabindex="-1" {
                        @if let Some((path, name)) = &page.back {
                            p class="back" { a href=(path) { (name) } }
                        }
                        @if let Some(errors) = page.errors { (errors.summary(text)) }
                        @if let Some(done) = &page.done {
                            p class="done" role="status" { (done) }
                        }
                        h1 { (page.title) }
                        (page.body)
                    }
                }
                (foot(visit))
            }
        }
    }
}

fn class_of(frame: &Frame, page: &Page<'_>) -> &'static str {
    match (frame.who.is_some(), page.is_wide) {
        (true, _) => "frame",
        (false, false) => "frame alone",
        (false, true) => "frame alone wide",
    }
}

/// Where mails are read that are not sent.
fn foot(visit: &Visit) -> Markup {
    html! {
        @if visit.pages.state.config.mailbox.is_some() {
            footer class="foot" {
                p class="quiet" { a href=(mailbox::PATH) { (visit.text().say("mailbox-foot")) } }
            }
        }
    }
}

/// Whether the script is to tell the zone of the browser, once it is known who is here.
fn wants_zone(visit: &Visit) -> Option<&'static str> {
    visit.known().map(|me| if zone::is_asked_of_browser(me) { "wanted" } else { "unwanted" })
}

fn header(visit: &Visit, frame: &Frame, part: Option<&str>) -> Markup {
    let text = visit.text();
    html! {
        header class="top" {
            a class="service" href=(frame.home) {
                @if let Some(logo) = visit.pages.assets.logo() { img src=(logo) alt="" height="28"; }
                span { (visit.pages.service_name()) }
                @if let Some(place) = frame.place { " " span class="badge" { (text.say(place)) } }
            }
            @if let Some(who) = &frame.who {
                details class="menu" {
                    summary aria-label=(text.say_with("page-menu", [("name", who.name.clone().into())])) {
                        span class="initials" aria-hidden="true" { (initials(&who.name)) }
                        span class="gear" aria-hidden="true" { "⚙" }
                    }
                    div class="sheet" {
                        p { strong { (who.name) } br; span class="quiet" { (who.also) } }
                        nav aria-label=(text.say("page-menu-navigation")) { (links(text, frame, part)) }
                        form method="post" action=(frame.sign_out) {
                            button type="submit" class="button plain" { (text.say("page-sign-out")) }
                        }
                    }
                }
            }
        }
    }
}

fn links(text: &Text, frame: &Frame, here: Option<&str>) -> Markup {
    html! {
        ul {
            @for (path, name) in &frame.links {
                li {
                    a href=(path) aria-current=[(here == Some(*path)).then_some("page")] { (text.say(name)) }
                }
            }
        }
    }
}

/// The name of who is here, or the address.
fn name_of(me: &Me) -> String {
    let profile = &me.profile;
    profile.name.clone().or_else(|| profile.email.clone()).unwrap_or_default()
}

/// The first letters of the first and the last name.
fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let ends = [words.first(), words.last().filter(|_| words.len() > 1)];
    let letters = ends.into_iter().flatten().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    letters.flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name() {
        for (name, letters) in [
            ("Ada Lovelace", "AL"),
            ("augusta ada king", "AK"),
            ("Ada", "A"),
            ("ada@example.com", "A"),
            ("Ørsted Ångström", "ØÅ"),
            ("", ""),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
