//! `GET /docs`: the interface for people. Swagger UI shows them the description that programs get.
//!
//! Its files are built into the program, so nothing is loaded from elsewhere; it runs under the policy of every page, but
//! for icons that its style sheet holds as `data:`.

use std::io::Read;
use std::sync::{Arc, LazyLock, OnceLock};

use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, VARY};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::read::GzDecoder;
use maud::html;
use utoipa_swagger_ui::{Config, serve};

use super::{Page, Policy};

pub(super) const SCRIPT: &str = include_str!("docs.js");
pub(super) const STYLE: &str = include_str!("docs.css");

/// A file of the viewer.
pub(super) struct ViewerFile {
    kind: &'static str,
    /// Packed with gzip.
    packed: Bytes,
    /// Unpacked once, when it is first asked for so.
    plain: OnceLock<Bytes>,
}

pub(super) static VIEWER: LazyLock<ViewerFile> =
    LazyLock::new(|| ViewerFile::read("swagger-ui-bundle.js", "text/javascript; charset=utf-8"));
pub(super) static VIEWER_STYLE: LazyLock<ViewerFile> =
    LazyLock::new(|| ViewerFile::read("swagger-ui.css", "text/css; charset=utf-8"));

impl ViewerFile {
    fn read(name: &str, kind: &'static str) -> Self {
        let file = serve(name, Arc::new(Config::from("/openapi.json"))).ok().flatten();
        let packed = file.filter(|file| file.gzpipped).map(|file| Bytes::from(file.bytes.into_owned()));
        Self { kind, packed: packed.unwrap_or_default(), plain: OnceLock::new() }
    }

    /// The file, packed for those who can unpack it.
    pub(super) fn show(&self, asked: &HeaderMap) -> Response {
        let head = [(CONTENT_TYPE, self.kind), (CACHE_CONTROL, "max-age=3600"), (VARY, "Accept-Encoding")];
        if takes_gzip(asked) {
            (head, [(CONTENT_ENCODING, "gzip")], self.packed.clone()).into_response()
        } else {
            (head, self.plain.get_or_init(|| self.unpacked().into()).clone()).into_response()
        }
    }

    fn unpacked(&self) -> Vec<u8> {
        let mut text = Vec::new();
        // What was packed when the program was built is whole.
        let _ = GzDecoder::new(&self.packed[..]).read_to_end(&mut text);
        text
    }
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| coding.trim() == "gzip")
}

pub(super) fn page() -> Page {
    let body = html! {
        div id="viewer" {}
        noscript {
            h1 { "Personal settings: the interface" }
            p { "This page needs JavaScript. " a href="/openapi.json" { "openapi.json" } " says the same." }
        }
    };
    Page {
        path: "/docs".to_owned(),
        title: "Personal settings: the interface".to_owned(),
        scripts: &["/assets/swagger-ui-bundle.js", "/assets/docs.js"],
        styles: &["/assets/swagger-ui.css", "/assets/docs.css"],
        policy: Policy::WithIcons,
        body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_viewer_is_built_in_and_is_unpacked_for_those_who_cannot() {
        for (file, begins) in [(&VIEWER, "/*! For license information"), (&VIEWER_STYLE, ".swagger-ui")] {
            let text = String::from_utf8(file.unpacked()).unwrap();
            assert!(text.starts_with(begins) && text.len() > 100_000, "{text:.80}");
            let packed = HeaderMap::from_iter([(ACCEPT_ENCODING, "br, gzip".parse().unwrap())]);
            assert_eq!(file.show(&packed).headers()[CONTENT_ENCODING], "gzip");
            assert!(!file.show(&HeaderMap::new()).headers().contains_key(CONTENT_ENCODING));
        }
    }
}
