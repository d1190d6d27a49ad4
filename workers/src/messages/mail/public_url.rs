//! The address under which people reach this service, from which every link in a mail is built.
//!
//! Why a type: a link built from a request's `Host` header hands tokens to the sender of that header
//! (CVE-2023-49097 and its kind). What always holds: the address comes from the configuration, is http or
//! https, and has no user, query or fragment. A crash leaves nothing: this is a value.

use std::str::FromStr;

use url::Url;

/// The configured public base URL, such as `https://settings.example.com` or `https://example.com/settings`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// A text that is no public base URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a public URL such as https://settings.example.com, without user, query or fragment")]
pub struct InvalidPublicUrl;

impl PublicUrl {
    /// The link to `path`, which has no leading slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}/{path}", self.0.as_str().trim_end_matches('/'))
    }

    /// The name of its host, where that is no number.
    pub fn domain(&self) -> Option<&str> {
        self.0.domain()
    }

    /// The host it names.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl FromStr for PublicUrl {
    type Err = InvalidPublicUrl;

    fn from_str(text: &str) -> Result<Self, InvalidPublicUrl> {
        let url = Url::parse(text).map_err(|_| InvalidPublicUrl)?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if plain && url.has_host() && matches!(url.scheme(), "http" | "https") {
            Ok(Self(url))
        } else {
            Err(InvalidPublicUrl)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_below_the_base() {
        for base in ["https://x.example/settings", "https://x.example/settings/"] {
            assert_eq!(base.parse::<PublicUrl>().unwrap().link("a/b"), "https://x.example/settings/a/b");
        }
        assert_eq!("http://[::1]:8080".parse::<PublicUrl>().unwrap().link(""), "http://[::1]:8080/");
        for bad in [
            "",
            "x.example",
            "ftp://x.example",
            "https://a:b@x.example",
            "https://x.example?a",
            "https://x#y",
        ] {
            assert_eq!(bad.parse::<PublicUrl>(), Err(InvalidPublicUrl), "{bad}");
        }
    }
}
