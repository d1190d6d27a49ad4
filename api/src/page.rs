//! Lists, page by page: `?limit=&cursor=`, `next_cursor` in the body and a `Link` header (RFC 8288).
//!
//! A cursor is the id of the last item shown. So a page costs the same however far back it
//! lies, and what is added meanwhile shifts nothing.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponseParts, ResponseParts};
use utoipa::IntoParams;

use crate::problem::{InputError, Problem};
use crate::query::parameters;
use crate::state::AppState;

const DEFAULT: u16 = 50;
const MOST: u16 = 200;

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// How many items at most, 1 to 200; 50 if left out.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, example = 50)]
    limit: u16,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Page {
    /// How many items to ask the store for: one more than are shown, to know whether there are more.
    pub(crate) fn limit_and_one(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The item after which the page begins.
    pub(crate) fn cursor<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        let parsed = self.cursor.as_deref().map(str::parse).transpose();
        parsed.map_err(|_| Self::no_such_cursor())
    }

    /// The refusal of a cursor that no page of the list has given.
    pub(crate) fn no_such_cursor() -> Problem {
        let message = "expected the next_cursor of an earlier page of this list";
        Problem::invalid_parameter(InputError::parameter("cursor", message))
    }

    /// Cuts `items` to the page; the cursor of the next page, if there is one, names the last item left.
    pub(crate) fn cut<T>(&self, items: &mut Vec<T>, name: impl Fn(&T) -> String) -> Option<String> {
        let more = items.len() > usize::from(self.limit);
        items.truncate(usize::from(self.limit));
        items.last().filter(|_| more).map(name)
    }

    /// The link to the next page of the list at `path`.
    pub(crate) fn link(&self, path: &str, next: Option<&str>) -> NextLink {
        self.link_with(path, next, "")
    }

    /// As [`link`](Self::link), repeating `others`: parameters of the route's own, each with a `&` before it.
    pub(crate) fn link_with(&self, path: &str, next: Option<&str>, others: &str) -> NextLink {
        let limit = self.limit;
        NextLink(next.map(|next| format!("<{path}?limit={limit}&cursor={next}{others}>; rel=\"next\"")))
    }

    /// Whether it is the first page of its list.
    pub(crate) fn is_first(&self) -> bool {
        self.cursor.is_none()
    }

    /// The page that `uri` asks for; `others` are parameters of the route's own.
    pub(crate) fn parse(uri: &Uri, others: &[&str]) -> Result<Self, InputError> {
        let mut page = Self { limit: DEFAULT, cursor: None };
        for (name, value) in parameters(uri)? {
            match name.as_str() {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                    let wrong = || InputError::parameter("limit", "expected a number from 1 to 200");
                    page.limit = limit.ok_or_else(wrong)?;
                }
                "cursor" => page.cursor = Some(value),
                other if others.contains(&other) => {}
                other => return Err(InputError::parameter(other, "there is no such parameter here")),
            }
        }
        Ok(page)
    }
}

impl FromRequestParts<AppState> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        Self::parse(&parts.uri, &[]).map_err(Problem::invalid_parameter)
    }
}

/// A `Link` header to the next page, if there is one.
pub(crate) struct NextLink(Option<String>);

impl IntoResponseParts for NextLink {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        if let Some(value) = self.0.and_then(|link| HeaderValue::from_str(&link).ok()) {
            parts.headers_mut().insert(LINK, value);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Page, InputError> {
        Page::parse(&format!("/v1/things?{query}").parse().unwrap(), &[])
    }

    #[test]
    fn a_page_is_what_was_asked_for_or_the_first_fifty() {
        assert_eq!(parse("").unwrap(), Page { limit: 50, cursor: None });
        assert_eq!(parse("limit=3&cursor=17").unwrap().cursor::<i64>().unwrap(), Some(17));
        for query in
            ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=1&limit=2", "at=2026-05-03"]
        {
            assert!(parse(query).is_err(), "{query}");
        }
        assert!(parse("cursor=x").unwrap().cursor::<i64>().is_err());
    }

    #[test]
    fn one_item_more_tells_that_there_is_another_page() {
        let page = parse("limit=2").unwrap();
        let (mut three, mut two) = (vec![9, 8, 7], vec![9, 8]);
        assert_eq!(page.cut(&mut three, ToString::to_string).as_deref(), Some("8"));
        assert_eq!(three, [9, 8]);
        assert_eq!(page.cut(&mut two, ToString::to_string), None);
        let link = page.link("/v1/things", Some("8")).0;
        assert_eq!(link.as_deref(), Some("</v1/things?limit=2&cursor=8>; rel=\"next\""));
    }
}
