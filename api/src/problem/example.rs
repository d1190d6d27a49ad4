//! What a problem looks like, for the description of the interface.

use serde_json::{Value, json};

use super::Kind;

/// A problem of the kind as it may go out.
pub(crate) fn example_of(kind: Kind) -> Value {
    let mut example = json!({
        "type": kind.path(),
        "title": kind.title(),
        "status": kind.status().as_u16(),
        "detail": kind.title(),
    });
    let (member, value) = match kind {
        Kind::InvalidInput => {
            ("errors", json!([{"pointer": "/email", "message": "expected an email address"}]))
        }
        Kind::InvalidParameters => {
            ("errors", json!([{"parameter": "limit", "message": "expected a number from 1 to 200"}]))
        }
        Kind::RequestOpen => ("request_id", json!("req_01h455vb4pex5vsknk084sn02q")),
        Kind::SecondFactorDemanded => ("organization_id", json!("org_01h455vb4pex5vsknk084sn02q")),
        Kind::TooLate | Kind::ArchiveNotReady => ("state", json!("running")),
        Kind::SecondFactorRequired => (
            "second_factor",
            json!({
                "challenge_id": "chl_01h455vb4pex5vsknk084sn02q",
                "methods": ["phone", "recovery_code"],
                "channel": "sms",
                "sent_to": "•••42",
                "expires_at": "2026-03-12T12:10:00Z",
            }),
        ),
        Kind::OwnersNeeded => (
            "organizations",
            json!([{
                "id": "org_01h455vb4pex5vsknk084sn02q",
                "name": "Analytical Engines",
                "candidates": [
                    {"account_id": "acc_01h455vb4pex5vsknk084sn02q", "name": "Grace Hopper", "role": "admin"},
                ],
            }]),
        ),
        _ => return example,
    };
    example[member] = value;
    example
}
