//! A browser without scripts: it keeps cookies, follows where it is led, and sends forms as they stand on a page.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;

use crate::http::service::with_form;
use crate::http::{Answer, Service, send};
use crate::support::{Client, PASSWORD, http};

/// Headers that every page carries.
const GUARDS: [(&str, &str); 4] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    ),
];

/// A browser that nobody has used before.
pub(in crate::http) struct Browser {
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
    language: &'static str,
}

/// A page as it is shown.
#[derive(Debug)]
pub(in crate::http) struct Shown {
    /// Where the browser is.
    pub(in crate::http) path: String,
    pub(in crate::http) answer: Answer,
}

impl Browser {
    /// One that asks for English.
    pub(in crate::http) fn new(service: &Service) -> Self {
        Self::speaking(service, "en")
    }

    /// One that asks for a language.
    pub(in crate::http) fn speaking(service: &Service, language: &'static str) -> Self {
        let http = http().redirect(Policy::none()).build().unwrap();
        let client = Client { http, ..service.client() };
        Self { client, cookies: Mutex::default(), language }
    }

    /// One in which somebody is signed in.
    pub(in crate::http) async fn signed_in(service: &Service, email: &str) -> Self {
        let browser = Self::new(service);
        let page = browser.open("/settings/sign-in").await;
        let shown = browser.submit(&page, &[("email", email), ("password", PASSWORD)]).await;
        shown.at("/settings/profile");
        browser
    }

    /// Opens an address, and follows where it leads.
    pub(in crate::http) async fn open(&self, path: &str) -> Shown {
        let answer = self.ask("GET", path, None).await;
        self.follow(path, answer).await
    }

    /// Sends the form of a page whose fields are these: with what is hidden in it.
    pub(in crate::http) async fn submit(&self, page: &Shown, fields: &[(&str, &str)]) -> Shown {
        let (action, sent) = page.filled(fields);
        self.post(&action, &sent).await
    }

    /// Presses the button of the form of a page that is sent to `action`: with what is hidden in it.
    pub(in crate::http) async fn press(&self, page: &Shown, action: &str) -> Shown {
        let sent = page.hidden_in(action);
        self.post(action, &sent).await
    }

    /// Sends a form, and follows where it leads.
    pub(in crate::http) async fn post(&self, action: &str, fields: &[(String, String)]) -> Shown {
        let answer = self.ask("POST", action, Some(fields)).await;
        self.follow(action, answer).await
    }

    /// Asks once.
    pub(in crate::http) async fn ask(
        &self,
        method: &str,
        path: &str,
        form: Option<&[(String, String)]>,
    ) -> Answer {
        self.ask_from("same-origin", method, path, form).await
    }

    /// Asks once, as from a page of `site`.
    pub(in crate::http) async fn ask_from(
        &self,
        site: &str,
        method: &str,
        path: &str,
        form: Option<&[(String, String)]>,
    ) -> Answer {
        let mut request = self.client.request(method, path).header("Accept", "text/html,*/*;q=0.8");
        request = request.header("Accept-Language", self.language).header("Sec-Fetch-Site", site);
        request = request.header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/143.0");
        let cookies = self.cookie_line();
        if !cookies.is_empty() {
            request = request.header("Cookie", cookies);
        }
        if let Some(fields) = form {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            request = with_form(request, &fields);
        }
        let answer = send(request).await;
        self.keep(&answer.headers);
        for (name, value) in GUARDS {
            assert_eq!(answer.header(name), value, "{path}: {name}: {answer:?}");
        }
        answer
    }

    async fn follow(&self, path: &str, mut answer: Answer) -> Shown {
        let mut path = path.to_owned();
        for _ in 0..5 {
            if answer.status != 303 {
                assert_is_page(&answer);
                return Shown { path, answer };
            }
            path = answer.header("location").to_owned();
            assert!(path.starts_with("/settings/") || path.starts_with("/links/"), "{path}");
            answer = self.ask("GET", &path, None).await;
        }
        panic!("it leads on and on: {path}");
    }

    /// What it sends as its cookies.
    pub(in crate::http) fn cookie_line(&self) -> String {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Keeps a cookie, as one that a script sets.
    pub(in crate::http) fn keep_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Asks `/v1` as a script of a page does: a client with the cookies as they are now.
    pub(in crate::http) async fn ask_v1(&self, method: &str, path: &str) -> Answer {
        let request = self.client.request(method, path).header("Sec-Fetch-Site", "same-origin");
        send(request.header("Cookie", self.cookie_line())).await
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (pair, attributes) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// A page is whole, says its language, has one heading, and holds nothing that is run or loaded from elsewhere.
#[track_caller]
fn assert_is_page(answer: &Answer) {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer:?}");
    let text = answer.text();
    assert!(text.starts_with("<!DOCTYPE html>") && text.contains("<html lang=\""), "{text:.200}");
    assert_eq!(text.matches("<h1>").count(), 1, "{text}");
    for inline in [" style=", "<style", " onclick", " onsubmit", "javascript:"] {
        assert!(!text.contains(inline), "{inline}: {text}");
    }
    for loaded in [" src=\"", "<link rel=\"stylesheet\" href=\""] {
        for rest in text.split(loaded).skip(1) {
            assert!(rest.starts_with("/settings/assets/"), "{rest:.80}");
        }
    }
    // As a text that is missing would stand there.
    assert!(!text.contains("problem-") && !text.contains("fault-") && !text.contains("{ $"), "{text}");
}

impl Shown {
    /// It is at this path, whatever its query.
    #[track_caller]
    pub(in crate::http) fn at(&self, path: &str) -> &Self {
        assert_eq!(self.path.split('?').next().unwrap(), path, "{}", self.answer.text());
        self
    }

    /// Its status is this one.
    #[track_caller]
    pub(in crate::http) fn status(&self, status: u16) -> &Self {
        assert_eq!(self.answer.status, status, "{}", self.answer.text());
        self
    }

    /// These words stand on it.
    #[track_caller]
    pub(in crate::http) fn shows(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(self.answer.text().contains(word), "no “{word}”: {}", self.answer.text());
        }
        self
    }

    /// None of these words stand on it.
    #[track_caller]
    pub(in crate::http) fn hides(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(!self.answer.text().contains(word), "“{word}”: {}", self.answer.text());
        }
        self
    }

    /// What is hidden in the first form of the page that is sent to `action`.
    #[track_caller]
    fn hidden_in(&self, action: &str) -> Vec<(String, String)> {
        let mut forms = self.answer.text().split("<form ").skip(1);
        let form = forms.find(|form| attribute(form, "action").as_deref() == Some(action));
        let form = form.unwrap_or_else(|| panic!("no form to {action}: {}", self.answer.text()));
        hidden(form.split_once("</form>").unwrap().0)
    }

    /// The form of the page, filled in: where it is sent, and what. Of several it is the first that has the fields, in the
    /// main part of the page.
    #[track_caller]
    pub(in crate::http) fn filled(&self, fields: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
        let main = self.answer.text().split_once("<main").unwrap().1;
        let forms = main.split("<form ").skip(1).map(|rest| rest.split_once("</form>").unwrap().0);
        let has_all = |form: &str| fields.iter().all(|(name, _)| form.contains(&format!("name=\"{name}\"")));
        let form = forms.into_iter().find(|form| has_all(form)).unwrap_or_else(|| panic!("no form: {main}"));
        let mut sent = hidden(form);
        sent.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        (attribute(form, "action").unwrap(), sent)
    }
}

/// The fields of a form that are not seen.
fn hidden(form: &str) -> Vec<(String, String)> {
    let inputs = form.split("<input ").skip(1).map(|rest| rest.split_once('>').unwrap().0);
    let hidden = inputs.filter(|input| attribute(input, "type").as_deref() == Some("hidden"));
    let pair = |input| (attribute(input, "name").unwrap(), attribute(input, "value").unwrap_or_default());
    hidden.map(pair).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!("{name}=\""))?.1.split_once('"')?.0;
    Some(value.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\""))
}
