//! The files of the pages: a style sheet, a script that nothing depends on, and the logo. Each is named by what is in it,
//! so that a browser keeps it for good.

use std::io::Write;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::look::Look;

const STYLE: &str = include_str!("settings.css");
const SCRIPT: &str = include_str!("settings.js");

/// The files there are.
pub(crate) struct Assets {
    style: Asset,
    script: Asset,
    icon: Asset,
    logo: Option<Asset>,
}

/// One of them.
pub(super) struct Asset {
    path: String,
    media_type: &'static str,
    plain: Bytes,
    /// Packed with gzip.
    packed: Option<Bytes>,
}

impl Asset {
    fn new(bytes: Bytes, extension: &str, media_type: &'static str) -> Self {
        let hash: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let packed = gzip(&bytes).filter(|packed| packed.len() < bytes.len()).map(Bytes::from);
        Self { path: format!("/settings/assets/{hash}.{extension}"), media_type, plain: bytes, packed }
    }

    /// The file, packed for those who can unpack it.
    pub(super) fn show(&self, asked: &HeaderMap) -> Response {
        let accepted = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let takes = accepted.flat_map(|value| value.split(',')).any(|coding| coding.trim() == "gzip");
        let head = [
            (CONTENT_TYPE, self.media_type),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (VARY, "Accept-Encoding"),
        ];
        match self.packed.as_ref().filter(|_| takes) {
            Some(packed) => (head, [(CONTENT_ENCODING, "gzip")], packed.clone()).into_response(),
            None => (head, self.plain.clone()).into_response(),
        }
    }
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).ok()?;
    packer.finish().ok()
}

/// A disc of the service's colour, for a service without a logo.
fn icon(look: &Look) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><circle cx=\"8\" cy=\"8\" r=\"7\" fill=\"{}\"/>\
         <circle cx=\"8\" cy=\"8\" r=\"3\" fill=\"#fff\"/></svg>",
        look.color
    )
}

impl Assets {
    /// The files of pages that look like this.
    pub(super) fn of(look: &Look) -> Self {
        let brand =
            format!(":root {{ --brand: {}; --brand-on-dark: {}; }}\n", look.color, look.color.on_dark());
        let style = Bytes::from(brand + STYLE);
        let logo = |logo: &crate::look::Logo| Asset::new(logo.bytes.clone(), logo.extension, logo.media_type);
        Self {
            style: Asset::new(style, "css", "text/css; charset=utf-8"),
            script: Asset::new(Bytes::from_static(SCRIPT.as_bytes()), "js", "text/javascript; charset=utf-8"),
            icon: Asset::new(Bytes::from(icon(look)), "svg", "image/svg+xml"),
            logo: look.logo.as_ref().map(logo),
        }
    }

    /// The file of this name.
    pub(super) fn named(&self, name: &str) -> Option<&Asset> {
        let mut all = [Some(&self.style), Some(&self.script), Some(&self.icon), self.logo.as_ref()]
            .into_iter()
            .flatten();
        all.find(|asset| asset.path.rsplit('/').next() == Some(name))
    }

    /// Where the style sheet is.
    pub(super) fn style(&self) -> &str {
        &self.style.path
    }

    /// Where the script is.
    pub(super) fn script(&self) -> &str {
        &self.script.path
    }

    /// Where the picture is that browsers show with the name of the page.
    pub(super) fn icon(&self) -> &str {
        self.logo().unwrap_or(&self.icon.path)
    }

    /// Where the logo is.
    pub(super) fn logo(&self) -> Option<&str> {
        self.logo.as_ref().map(|logo| logo.path.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_what_is_in_it_and_is_small() {
        let plain = Assets::of(&Look::default());
        let red = Assets::of(&Look { color: "#a00020".parse().unwrap(), ..Look::default() });
        assert_ne!(plain.style(), red.style());
        assert_eq!(plain.script(), red.script());
        let packed = |asset: &Asset| asset.packed.as_ref().unwrap().len();
        assert!(packed(&plain.style) + packed(&plain.script) < 12 * 1024);
    }

    #[test]
    fn the_files_load_nothing_and_the_script_writes_no_html() {
        for text in [STYLE, SCRIPT] {
            for loaded in ["http:", "https:", "@import", "url(", "eval(", "innerHTML"] {
                assert!(!text.contains(loaded), "{loaded}");
            }
        }
    }
}
