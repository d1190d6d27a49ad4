//! `/settings/desk/accounts`: finding an account by its address, its id, or the id of one of its requests.
//!
//! What is looked for is sent as a form, so that no address stands in the path or the query of a page.

use axum::response::Response;
use catalogue::id;
use domain::{AccountId, RequestId};
use maud::html;
use url::form_urlencoded::Serializer;

use super::Section;
use crate::routes::admin::{FoundAccount, FoundAccounts};
use crate::settings::errors::Errors;
use crate::settings::form::{Field, Form};
use crate::settings::page::Page;
use crate::settings::refusal::Refusal;
use crate::settings::sent::Sent;
use crate::settings::visit::{Visit, see};

/// Where accounts are looked for at `/v1`.
const ACCOUNTS: &str = "/v1/admin/accounts";
/// The field with what is looked for.
const SOUGHT: &str = "sought";

/// Asks what is known of the account.
pub(in crate::settings) async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.operator().await?;
    Ok(page(&visit, "", &Errors::default()))
}

/// Leads to the account that was found.
pub(in crate::settings) async fn search(visit: Visit, sent: Sent) -> Result<Response, Refusal> {
    visit.operator().await?;
    let (text, sought) = (visit.text(), sent.text(SOUGHT));
    let wrong = |id| Ok(page(&visit, sought, &Errors::at(SOUGHT, text.say(id))));
    let Some(parameter) = parameter(sought) else { return wrong(id!("desk-search-wrong")) };
    match find(&visit, parameter, sought).await {
        Ok(Some(account)) => Ok(see(&format!("/settings/desk/accounts/{}", account.id))),
        Ok(None) => wrong(id!("desk-search-none")),
        Err(refusal) => Ok(page(&visit, sought, &Errors::of(refusal, text, &[])?)),
    }
}

/// By which parameter `/v1` is asked for what was typed.
fn parameter(sought: &str) -> Option<&'static str> {
    if sought.parse::<AccountId>().is_ok() {
        Some("id")
    } else if sought.parse::<RequestId>().is_ok() {
        Some("request")
    } else {
        sought.contains('@').then_some("email")
    }
}

/// The account that is known by this.
pub(super) async fn find(
    visit: &Visit,
    parameter: &'static str,
    sought: &str,
) -> Result<Option<FoundAccount>, Refusal> {
    let query = Serializer::new(String::new()).append_pair(parameter, sought).finish();
    let found: FoundAccounts = visit.v1.get(&format!("{ACCOUNTS}?{query}")).await?;
    Ok(found.items.into_iter().next())
}

fn page(visit: &Visit, sought: &str, errors: &Errors) -> Response {
    let text = visit.text();
    let form = Form::new(visit, errors);
    let field = Field::text(SOUGHT, text.say("desk-search")).hint(text.say("desk-search-hint")).value(sought);
    let body = html! {
        p { (text.say("desk-search-lead")) }
        section class="card" { (form.around(&form.field(&field), &text.say("desk-search-button"))) }
    };
    Page::new(text.say("desk-accounts"), body).of_desk(Section::Accounts).with_errors(errors).show(visit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_says_what_it_is() {
        assert_eq!(parameter("acc_00000000000000000000000001"), Some("id"));
        assert_eq!(parameter("req_00000000000000000000000001"), Some("request"));
        assert_eq!(parameter("ada@example.com"), Some("email"));
        assert_eq!(parameter("Ada"), None);
        assert_eq!(parameter(""), None);
    }
}
