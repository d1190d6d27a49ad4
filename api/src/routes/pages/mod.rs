//! The pages for those who write programs, the same for everybody: what the types of problems mean, and the interface for
//! people. Those for account holders are in [`settings`](crate::settings).

mod docs;
mod problems;

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, LOCATION};
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use maud::{DOCTYPE, Markup, html};
use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

const STYLE: &str = include_str!("page.css");
/// Where the account was to be seen before; mails that went out then lead there.
const FORMER_ACCOUNT: &str = "/account";
/// What is to be seen there now. A browser takes along what stands behind the `#`: the request of which the mail told.
const PRIVACY: &str = "/settings/privacy";

/// What a page may load: what is ours alone, and send to us alone.
enum Policy {
    /// Scripts and styles.
    Ours,
    /// And icons that its style holds.
    WithIcons,
}

impl Policy {
    fn text(&self) -> &'static str {
        match self {
            Self::Ours => {
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                object-src 'none'; form-action 'none'; frame-ancestors 'none'"
            }
            Self::WithIcons => {
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
                base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'"
            }
        }
    }
}

/// A page: where it is, and what is on it. It is the same for everybody: what is about one person comes by its script.
struct Page {
    path: String,
    title: String,
    scripts: &'static [&'static str],
    /// Besides the one of all pages.
    styles: &'static [&'static str],
    policy: Policy,
    body: Markup,
}

impl Page {
    /// One that has no script.
    fn plain(path: String, title: &str, body: Markup) -> Self {
        Self { path, title: title.to_owned(), scripts: &[], styles: &[], policy: Policy::Ours, body }
    }

    fn render(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) }
                    link rel="stylesheet" href="/assets/page.css";
                    @for style in self.styles {
                        link rel="stylesheet" href=(style);
                    }
                    @for script in self.scripts {
                        script src=(script) defer {}
                    }
                }
                body { main { (self.body) } }
            }
        };
        page.into_string()
    }
}

/// Every page there is. One that is not in this list is not served, and a browser reads each of them in the tests.
fn all() -> Vec<Page> {
    let mut pages = vec![docs::page()];
    pages.extend(problems::pages());
    pages
}

/// A page as it goes out.
struct Rendered {
    path: String,
    policy: &'static str,
    text: Bytes,
}

static RENDERED: LazyLock<Vec<Rendered>> = LazyLock::new(|| {
    let rendered =
        |page: Page| Rendered { text: page.render().into(), policy: page.policy.text(), path: page.path };
    all().into_iter().map(rendered).collect()
});

/// Where the pages are.
pub fn paths() -> impl Iterator<Item = &'static str> {
    RENDERED.iter().map(|page| page.path.as_str())
}

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let assets = OpenApiRouter::new()
        .route(FORMER_ACCOUNT, get(|| async { (StatusCode::SEE_OTHER, [(LOCATION, PRIVACY)]) }))
        .route("/assets/page.css", get(|| asset("text/css; charset=utf-8", STYLE)))
        .route("/assets/docs.css", get(|| asset("text/css; charset=utf-8", docs::STYLE)))
        .route("/assets/docs.js", get(|| asset("text/javascript; charset=utf-8", docs::SCRIPT)))
        .route("/assets/swagger-ui.css", get(async |asked: HeaderMap| docs::VIEWER_STYLE.show(&asked)))
        .route("/assets/swagger-ui-bundle.js", get(async |asked: HeaderMap| docs::VIEWER.show(&asked)));
    RENDERED.iter().fold(assets, |router, page| router.route(&page.path, get(move || show(page))))
}

async fn show(page: &'static Rendered) -> impl IntoResponse {
    let head = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, page.policy)];
    (head, page.text.clone())
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text)
}
