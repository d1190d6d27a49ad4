//! What has reached people, where workers send it: mails, texts and calls, each a file.
//!
//! Who reads one takes it away, so that the next one of its kind is the next one that came.

use std::path::{Path, PathBuf};

use super::Service;
use crate::support::{eventually, header};

/// A mail.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) subject: String,
    /// Its plain text.
    pub(super) text: String,
    /// All of it, as it went over the wire.
    pub(super) raw: String,
}

impl Mail {
    fn read(raw: String) -> Self {
        let plain = raw.split("text/html").next().unwrap();
        let text = plain.replace("=\r\n", "").replace("=3D", "=");
        Self { subject: header(&raw, "Subject"), text, raw }
    }

    /// Every address that leads further than to the account.
    pub(super) fn links(&self) -> Vec<&str> {
        let addresses = self.text.split_whitespace().filter(|word| word.contains("://"));
        addresses.filter(|address| !address.ends_with("/settings/")).collect()
    }

    /// The token of its link, which stands where no browser sends it.
    pub(super) fn token(&self) -> &str {
        let links = self.links();
        assert_eq!(links.len(), 1, "{self:?}");
        links[0].split_once('#').unwrap().1
    }
}

/// A code that came to a phone.
#[derive(Debug)]
pub(super) struct PhoneCode {
    pub(super) code: String,
    /// Whether it was read out by a call.
    pub(super) by_call: bool,
    /// All that was said.
    pub(super) said: String,
}

impl Service {
    /// Waits for a mail that tells `to` of `notice`.
    pub(super) async fn take_mail(&self, notice: &str, to: &str) -> Mail {
        let pool = self.pool().await;
        eventually(&format!("a mail of {notice} comes to {to}"), || async {
            // One in which others of its kind are gathered need not wait for more of them here.
            let due = "UPDATE outgoing SET due_at = queued_at WHERE gathers";
            sqlx::query(due).execute(&pool).await.unwrap();
            self.find_mail(notice, to)
        })
        .await
    }

    /// The mails that tell of `notice` by now, to whomever; they stay.
    pub(super) fn mails_of(&self, notice: &str) -> Vec<Mail> {
        let named = format!(".{notice}@");
        let files = files(&self.folder().join("data/mail"), "eml");
        let told = files.into_iter().filter(|path| path.to_string_lossy().contains(&named));
        told.map(|path| Mail::read(std::fs::read_to_string(path).unwrap())).collect()
    }

    fn find_mail(&self, notice: &str, to: &str) -> Option<Mail> {
        let named = format!(".{notice}@");
        for path in files(&self.folder().join("data/mail"), "eml") {
            let raw = std::fs::read_to_string(&path).unwrap();
            if path.to_string_lossy().contains(&named)
                && header(&raw, "To").to_lowercase().contains(&to.to_lowercase())
            {
                std::fs::remove_file(path).unwrap();
                return Some(Mail::read(raw));
            }
        }
        None
    }

    /// Waits for a code on the phone.
    pub(super) async fn take_code(&self) -> PhoneCode {
        let folder = self.folder().join("data/phone");
        let find = || async {
            let mut paths = files(&folder, "txt");
            paths.extend(files(&folder, "xml"));
            paths.sort();
            paths.into_iter().next()
        };
        let path = eventually("a code comes to the phone", find).await;
        let said = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let by_call = path.extension().is_some_and(|kind| kind == "xml");
        let code: String = match by_call {
            // Digit by digit, twice.
            true => said.split("</Say>").filter_map(one_digit).take(6).collect(),
            // It comes first in every language.
            false => said.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect(),
        };
        assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{said}");
        PhoneCode { code, by_call, said }
    }
}

fn one_digit(said: &str) -> Option<&str> {
    let (_, word) = said.rsplit_once('>')?;
    (word.len() == 1).then_some(word)
}

/// The files of a kind, the oldest first: their names begin with ids.
fn files(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == kind));
    paths.sort();
    paths
}
