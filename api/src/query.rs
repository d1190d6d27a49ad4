//! The parameters of a query.

use std::collections::BTreeMap;

use axum::http::Uri;

use crate::problem::InputError;

/// The parameters that `uri` holds, by name. One that is there twice is refused: which of the two counts would depend
/// on the program that reads it, and a proxy may read another than we do (OWASP ASVS 5.0, 15.3.7).
pub(crate) fn parameters(uri: &Uri) -> Result<BTreeMap<String, String>, InputError> {
    let mut parameters = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if parameters.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            return Err(InputError::parameter(name, "this parameter is there more than once"));
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<BTreeMap<String, String>, InputError> {
        parameters(&format!("/v1/things?{query}").parse().unwrap())
    }

    #[test]
    fn parameters_of_a_query_are_decoded_and_each_is_there_once() {
        let read_as = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        assert_eq!(read("at=2026%2D05").unwrap(), read_as("at", "2026-05"));
        assert_eq!(read("").unwrap(), BTreeMap::new());
        assert_eq!(parameters(&"/v1/things".parse().unwrap()).unwrap(), BTreeMap::new());
        for query in ["limit=1&limit=2", "limit=1&limit=1", "limit=1&cursor=2&lim%69t=3", "a&a"] {
            assert!(read(query).is_err(), "{query}");
        }
    }
}
