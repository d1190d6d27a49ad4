//! Where one goes on after signing in: a page of ours below `/settings/`, and nothing else.

/// The longest path that is kept.
const LONGEST: usize = 512;

/// A path below `/settings/`, with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Next(String);

impl Next {
    /// The path that a text names. One that could lead anywhere else is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("/settings/").filter(|_| text.len() <= LONGEST)?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_.?=&+".contains(c);
        let is_page = rest.chars().all(is_plain)
            && !text.contains("//")
            && !text.contains("..")
            && !rest.starts_with("sign-")
            && !rest.starts_with("assets/");
        is_page.then(|| Self(text.to_owned()))
    }

    /// The page that a text names, or the first of all.
    pub(crate) fn or_first(text: Option<&str>) -> Self {
        text.and_then(Self::parse).unwrap_or_default()
    }

    /// The path.
    pub(crate) fn path(&self) -> &str {
        &self.0
    }

    /// A page, and this one after it.
    pub(crate) fn after(&self, page: &str) -> String {
        let query =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &self.0).finish();
        format!("{page}?{query}")
    }
}

impl Default for Next {
    fn default() -> Self {
        Self("/settings/profile".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_cannot_leave_the_settings() {
        for path in ["/settings/profile", "/settings/projects/prj_01h4?tab=keys&x=1", "/settings/a/b-c"] {
            assert_eq!(Next::parse(path).unwrap().path(), path);
        }
        for path in [
            "",
            "/",
            "/settings",
            "//evil.test/settings/",
            "https://evil.test/settings/",
            "/settings//evil.test",
            "/settings/../account",
            "/settings/%2e%2e/account",
            "/settings/\\evil.test",
            "/settings/a#b",
            "/settings/a\r\nSet-Cookie: x",
            "/settings/sign-out",
            "/settings/sign-in",
            "javascript:alert(1)",
        ] {
            assert_eq!(Next::parse(path), None, "{path}");
        }
        assert_eq!(Next::parse(&format!("/settings/{}", "a".repeat(LONGEST))), None);
        assert_eq!(Next::or_first(Some("//evil.test")).path(), "/settings/profile");
        let next = Next::parse("/settings/a?b=c").unwrap();
        assert_eq!(next.after("/settings/sign-in"), "/settings/sign-in?next=%2Fsettings%2Fa%3Fb%3Dc");
    }
}
