//! `index.html`: the archive as a person reads it, offline, in any browser.
//!
//! Why in one file: it is opened from an unpacked folder, years later, without a network. What always
//! holds: no script, nothing loaded from anywhere (a policy in the page forbids it too), every text
//! escaped, headings and table cells marked so that a screen reader can tell them. A crash leaves
//! nothing: this makes a text.

use std::fmt::Write;

use domain::privacy_request::Regulation;

use super::words::{self, Escaped};
use super::{File, Manifest, Statement};

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Your data</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
dt { font-weight: 600; }
dd { margin: 0 0 .5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid #8888; }
td.number { text-align: right; white-space: nowrap; }
code { overflow-wrap: anywhere; font-size: .85em; }
</style>
</head>
<body>
<main>
<h1>Your data</h1>
"#;

/// The page that lists what is in the archive and says what a person must be told with it.
pub fn index_html(manifest: &Manifest, statement: &Statement) -> String {
    let mut html = HEAD.to_owned();
    // Writing into memory does not fail, here and below.
    let _ = facts(&mut html, manifest);
    let _ = files(&mut html, &manifest.files);
    html.push_str(&statement.to_html());
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn facts(html: &mut String, manifest: &Manifest) -> std::fmt::Result {
    let law = match manifest.regulation {
        Regulation::Gdpr => "General Data Protection Regulation (GDPR), Articles 15 and 20",
        Regulation::Ccpa => "California Consumer Privacy Act (CCPA)",
    };
    let bytes = manifest.files.iter().map(|file| file.bytes).sum();
    writeln!(
        html,
        "<p>You asked for a copy of the data that is held about you. This is all of it, as of the time \
         below. It is personal: keep it where only you can read it.</p>\n\
         <dl>\n\
         <dt>Request</dt><dd>{}</dd>\n\
         <dt>Account</dt><dd>{}</dd>\n\
         <dt>Packaged</dt><dd>{}</dd>\n\
         <dt>Under</dt><dd>{law}</dd>\n\
         <dt>Contents</dt><dd>{}, {} in all</dd>\n\
         </dl>",
        manifest.request_id,
        manifest.account_id,
        words::time(manifest.generated_at),
        counted(manifest.files.len() as u64, "file", "files"),
        words::size(bytes),
    )
}

fn files(html: &mut String, files: &[File]) -> std::fmt::Result {
    html.push_str(
        "<h2>What is in it</h2>\n\
         <p>Files ending in <code>.json</code> are for programs, files ending in <code>.csv</code> open in a \
         spreadsheet. In those, a <code>'</code> stands before a text that a spreadsheet would otherwise run \
         as a formula. <code>manifest.json</code> holds the list below for programs. The sums let you check \
         that a file is whole, for instance with <code>sha256sum</code>.</p>\n\
         <div class=\"wide\">\n<table>\n<caption>Files</caption>\n\
         <thead><tr><th scope=\"col\">File</th><th scope=\"col\">What it holds</th>\
         <th scope=\"col\">From</th><th scope=\"col\">Records</th><th scope=\"col\">Size</th>\
         <th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n",
    );
    for file in files {
        writeln!(
            html,
            "<tr><th scope=\"row\"><a href=\"{name}\">{name}</a></th><td>{}</td><td>{}</td>\
             <td class=\"number\">{}</td><td class=\"number\">{}</td><td><code>{}</code></td></tr>",
            Escaped(&file.title),
            Escaped(file.source.as_str()),
            file.records.map_or_else(|| "–".to_owned(), words::number),
            words::size(file.bytes),
            Escaped(&file.sha256),
            name = Escaped(file.name.as_str()),
        )?;
    }
    if files.is_empty() {
        html.push_str("<tr><td colspan=\"6\">Nothing is held about you.</td></tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    Ok(())
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", words::number(count), if count == 1 { one } else { many })
}
