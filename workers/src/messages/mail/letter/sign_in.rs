//! Letters about signing in and what it opens: programs, passwords, the archive, and the end of the account.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use domain::RequestId;

use super::Draft;
use crate::messages::mail::block::{Block, facts, paragraph};
use crate::messages::mail::paper::Paper;

pub(super) fn new_device(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    user_agent: Option<&str>,
    ip_address: Option<IpAddr>,
) -> Draft {
    let program = paper.program(user_agent);
    let blocks = vec![
        paragraph(paper.say_with(
            "mail-new-device-happened",
            [("service", paper.service()), ("program", program.into())],
        )),
        paper.nothing_to_do(),
        paragraph(paper.say("mail-new-device-not-you")),
        paper.account(),
        facts([(paper.say("mail-new-device-at"), paper.time(at)), paper.ip_address(ip_address)]),
    ];
    (paper.say("mail-new-device-subject"), blocks)
}

pub(super) fn archive_downloaded(
    paper: Paper<'_>,
    at: DateTime<Utc>,
    request_id: RequestId,
    user_agent: Option<&str>,
    ip_address: Option<IpAddr>,
) -> Draft {
    let program = paper.program(user_agent);
    let blocks = vec![
        paragraph(paper.say_with("mail-archive-fetched-happened", [("program", program.into())])),
        paper.nothing_to_do(),
        paragraph(paper.say("mail-archive-fetched-not-you")),
        Block::Link(paper.say("mail-archive-fetched-link"), paper.head.request(request_id)),
        facts([
            (paper.say("mail-archive-fetched-at"), paper.time(at)),
            paper.ip_address(ip_address),
            (paper.say("mail-request"), request_id.to_string()),
        ]),
    ];
    (paper.say("mail-archive-fetched-subject"), blocks)
}

pub(super) fn password_changed(paper: Paper<'_>, at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say_with("mail-password-changed-happened", [("service", paper.service())])),
        paper.nothing_to_do(),
        paragraph(paper.say("mail-password-changed-not-you")),
        paper.account(),
        facts([(paper.say("mail-at-changed"), paper.time(at))]),
    ];
    (paper.say("mail-password-changed-subject"), blocks)
}

pub(super) fn password_reset_link(paper: Paper<'_>, token: &str, expires_at: DateTime<Utc>) -> Draft {
    let blocks = vec![
        paragraph(paper.say_with("mail-password-reset-happened", [("service", paper.service())])),
        Block::Link(paper.say("mail-password-reset-link"), paper.head.page("password-reset", token)),
        paper.link_once(expires_at),
        paragraph(paper.say("mail-password-reset-not-you")),
    ];
    (paper.say("mail-password-reset-subject"), blocks)
}

pub(super) fn account_deleted(paper: Paper<'_>, at: DateTime<Utc>, exports: u32) -> Draft {
    let mut blocks = vec![
        paragraph(paper.say_with("mail-account-deleted-happened", [("service", paper.service())])),
        paragraph(paper.say("mail-account-deleted-stays")),
    ];
    if exports > 0 {
        blocks.push(paragraph(paper.say_with("mail-account-deleted-exports", [("count", exports.into())])));
    }
    blocks.extend([
        paragraph(paper.say_with("mail-account-deleted-not-you", [("whom", paper.whom())])),
        facts([(paper.say("mail-account-deleted-at"), paper.time(at))]),
    ]);
    (paper.say("mail-account-deleted-subject"), blocks)
}
