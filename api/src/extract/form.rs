//! A form body, as the protocols of OAuth send it (RFC 6749, appendix B).

use std::collections::HashMap;

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use secrecy::SecretString;

use super::read_whole;
use crate::problem::{InputError, Kind, Problem};
use crate::state::AppState;

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The parameters of a form. Unknown ones are passed over (RFC 6749, section 3.1).
pub(crate) struct Form(HashMap<String, SecretString>);

impl Form {
    /// A parameter that must be there. An empty one counts as left out.
    pub(crate) fn required(&mut self, name: &str) -> Result<SecretString, Problem> {
        let missing =
            || Problem::invalid(vec![InputError::at(format!("/{name}"), "this parameter is missing")]);
        self.optional(name).ok_or_else(missing)
    }

    /// A parameter that may be left out.
    pub(crate) fn optional(&mut self, name: &str) -> Option<SecretString> {
        self.0.remove(name)
    }

    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let mut parameters = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(bytes) {
            if value.is_empty() {
                continue;
            }
            if parameters.insert(name.clone().into_owned(), SecretString::from(value.into_owned())).is_some()
            {
                let error = InputError::at(format!("/{name}"), "this parameter is there more than once");
                return Err(Problem::invalid(vec![error]));
            }
        }
        Ok(Self(parameters))
    }
}

impl FromRequest<AppState> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        if !is_form(request.headers()) {
            let detail = format!("The body must be {MEDIA_TYPE}.");
            return Err(Problem::because(Kind::UnsupportedMediaType, detail));
        }
        let whole = read_whole(request, state).await?;
        state.parsing.run(whole.network(), whole.len(), move || Self::parse(&whole)).await?
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(MEDIA_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn parameters_are_decoded_and_each_is_there_once() {
        let mut form = Form::parse(b"token=a%2Bb+c&token_type_hint=x&api_key=").unwrap();
        assert_eq!(form.required("token").unwrap().expose_secret(), "a+b c");
        assert!(form.optional("api_key").is_none());
        for wrong in [&b""[..], b"token=", b"tokens=a"] {
            let refused = Form::parse(wrong).unwrap().required("token").err();
            assert_eq!(refused.map(|problem| problem.kind()), Some(Kind::InvalidInput));
        }
        assert!(Form::parse(b"token=a&token=a").is_err());
    }

    #[test]
    fn a_form_is_told_by_its_media_type() {
        let told =
            |value: &'static str| is_form(&HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]));
        assert!(told(MEDIA_TYPE) && told("Application/X-WWW-Form-Urlencoded; charset=UTF-8"));
        assert!(!told("application/json") && !told("") && !is_form(&HeaderMap::new()));
    }
}
