//! Lists of `/v1`, page by page, as pages go through them.

use url::form_urlencoded::Serializer;

use super::visit::Visit;

/// The path of a list at `/v1`, from where `parameter` of the page's own query says.
pub(crate) fn listing(visit: &Visit, path: &str, parameter: &str) -> String {
    let cursor = visit.parameter(parameter);
    from(path, cursor.as_deref())
}

fn from(path: &str, cursor: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("limit", "100");
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    format!("{path}?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_adds_no_parameter_of_its_own() {
        assert_eq!(from("/v1/projects", None), "/v1/projects?limit=100");
        assert_eq!(from("/v1/projects", Some("prj_1")), "/v1/projects?limit=100&cursor=prj_1");
        assert_eq!(from("/v1/projects", Some("a&limit=1")), "/v1/projects?limit=100&cursor=a%26limit%3D1");
    }
}
