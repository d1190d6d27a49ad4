//! `/settings/mailbox/{id}`: one message.

use axum::extract::Path;
use axum::http::HeaderValue;
use axum::response::Response;
use maud::html;

use super::list::{sent_to, subject};
use super::parsed::{Head, Parts};
use super::{PATH, read};
use crate::settings::around::OwnPolicy;
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::visit::Visit;

/// As of every page, and the HTML part in its frame.
const POLICY: OwnPolicy = OwnPolicy(HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; \
     form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
));
/// What the frame may do: have a link that is pressed open in place of the page.
const SANDBOX: &str = "allow-top-navigation-by-user-activation";

/// Shows it.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Refusal> {
    let _ = visit.me().await;
    let file = read(&visit.pages, &name).await?;
    let (text, head, parts) = (visit.text(), Head::of(&file), Parts::of(&file));
    let title = subject(text, &head);
    let body = html! {
        dl class="rows card" {
            @if let Some(to) = &head.to {
                div class="row" { dt { (text.say("mailbox-to")) } dd { (sent_to(to)) } }
            }
            @if let Some(from) = &parts.from {
                div class="row" { dt { (text.say("mailbox-from")) } dd { (from) } }
            }
            div class="row" {
                dt { (text.say("mailbox-when")) }
                dd { time datetime=(file.written_at.to_rfc3339()) { (text.moment(file.written_at)) } }
            }
        }
        @if parts.html.is_some() {
            h2 id="looks" { (text.say("mailbox-html")) }
            iframe class="letter" src={ (PATH) (file.name) "/html" } sandbox=(SANDBOX) title=(title) {}
        }
        h2 { (text.say(if parts.html.is_some() { catalogue::id!("mailbox-plain") } else { head.way.name() })) }
        pre class="letter" tabindex="0" { (linked(&parts.text)) }
    };
    let page = Page::new(title, body).below(PATH, text.say("mailbox-title")).wide();
    let mut response = page.show(&visit);
    response.extensions_mut().insert(POLICY);
    Ok(response)
}

/// A text in which addresses of pages lead there.
fn linked(text: &str) -> maud::Markup {
    html! {
        @for part in text.split_inclusive(char::is_whitespace) {
            @let word = part.trim_end();
            @if word.starts_with("http://") || word.starts_with("https://") {
                a href=(word) rel="noreferrer" { (word) } (&part[word.len()..])
            } @else {
                (part)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_a_text_leads_there_and_nothing_is_left_out() {
        let said = linked("Open <it>:\nhttp://localhost:8080/links/x#psl_1\njavascript:alert(1) ftp://a")
            .into_string();
        assert_eq!(
            said,
            "Open &lt;it&gt;:\n<a href=\"http://localhost:8080/links/x#psl_1\" rel=\"noreferrer\">\
             http://localhost:8080/links/x#psl_1</a>\njavascript:alert(1) ftp://a"
        );
    }
}
