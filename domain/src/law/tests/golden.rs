//! Dates worked out by hand with a calendar, for every row of the table.
//!
//! An appeal, a complaint and the answer are taken to lie at the instant at which the request was received.

use std::collections::BTreeSet;

use super::super::Laws;
use super::{at, place};

struct Golden {
    law: (&'static str, u32),
    received: &'static str,
    zone: &'static str,
    holidays: &'static [&'static str],
    why: &'static str,
    due: &'static str,
    acknowledged: Option<&'static str>,
    extended: Option<&'static str>,
    appeal: Option<&'static str>,
    extended_appeal: Option<&'static str>,
    complaint_acknowledged: Option<&'static str>,
    record: &'static str,
}

/// Of a request that nothing is said about but by when it is due, and how long its record is kept.
const PLAIN: Golden = Golden {
    law: ("", 0),
    received: "",
    zone: "UTC",
    holidays: &[],
    why: "",
    due: "",
    acknowledged: None,
    extended: None,
    appeal: None,
    extended_appeal: None,
    complaint_acknowledged: None,
    record: "",
};

#[rustfmt::skip]
const GOLDEN: &[Golden] = &[
    Golden { law: ("gdpr", 1), received: "2027-01-31T08:00:00Z", zone: "Europe/Berlin", why: "28 February is a Sunday",
        due: "2027-03-01T22:59:59Z", extended: Some("2027-04-30T21:59:59Z"), record: "2029-01-31T22:59:59Z", ..PLAIN },
    Golden { law: ("gdpr", 1), received: "2026-03-10T23:30:00Z", zone: "Europe/Berlin", why: "it is 11 March in Berlin already, and 11 April a Saturday",
        due: "2026-04-13T21:59:59Z", extended: Some("2026-06-11T21:59:59Z"), record: "2028-03-11T22:59:59Z", ..PLAIN },
    Golden { law: ("gdpr", 1), received: "2026-03-05T12:00:00Z", zone: "Europe/Berlin", holidays: &["2026-04-06"], why: "Easter Sunday, then Easter Monday",
        due: "2026-04-07T21:59:59Z", extended: Some("2026-06-05T21:59:59Z"), record: "2028-03-05T22:59:59Z", ..PLAIN },
    Golden { law: ("gdpr", 1), received: "2026-11-30T11:30:00Z", zone: "Pacific/Kiritimati", holidays: &["2027-01-01"], why: "fourteen hours east, and New Year is a Friday",
        due: "2027-01-04T09:59:59Z", extended: Some("2027-03-01T09:59:59Z"), record: "2028-12-01T09:59:59Z", ..PLAIN },
    Golden { law: ("gdpr", 1), received: "2027-08-31T08:00:00Z", zone: "UTC", why: "the 31st, and no 31st after it",
        due: "2027-09-30T23:59:59Z", extended: Some("2027-11-30T23:59:59Z"), record: "2029-08-31T23:59:59Z", ..PLAIN },
    Golden { law: ("uk_gdpr", 1), received: "2026-03-30T10:00:00Z", zone: "Europe/London", why: "summer time",
        due: "2026-04-30T22:59:59Z", extended: Some("2026-06-30T22:59:59Z"), record: "2028-03-30T22:59:59Z", ..PLAIN },
    Golden { law: ("uk_gdpr", 2), received: "2026-12-31T12:00:00Z", zone: "Europe/London", why: "31 January is a Sunday; so is the thirtieth day a Saturday",
        due: "2027-02-01T23:59:59Z", extended: Some("2027-03-31T22:59:59Z"), complaint_acknowledged: Some("2027-02-01T23:59:59Z"), record: "2028-12-31T23:59:59Z", ..PLAIN },
    Golden { law: ("ch_dsg", 1), received: "2026-02-27T23:30:00Z", zone: "Europe/Zurich", why: "28 February in Zurich; summer time begins before the end",
        due: "2026-03-30T21:59:59Z", record: "2028-02-28T22:59:59Z", ..PLAIN },
    Golden { law: ("ch_dsg", 1), received: "2011-11-30T20:00:00Z", zone: "Pacific/Apia", why: "30 December 2011 was left out in Samoa",
        due: "2011-12-30T09:59:59Z", record: "2013-11-30T09:59:59Z", ..PLAIN },
    Golden { law: ("ccpa", 1), received: "2026-01-01T12:00:00Z", zone: "UTC", why: "a Sunday does not move it",
        due: "2026-02-15T23:59:59Z", acknowledged: Some("2026-01-15T23:59:59Z"), extended: Some("2026-04-01T23:59:59Z"), record: "2028-01-01T23:59:59Z", ..PLAIN },
    Golden { law: ("ccpa", 1), received: "2027-01-28T20:00:00Z", zone: "America/Los_Angeles", holidays: &["2027-02-01"], why: "the day on which summer time begins; a holiday among the business days",
        due: "2027-03-15T06:59:59Z", acknowledged: Some("2027-02-13T07:59:59Z"), extended: Some("2027-04-29T06:59:59Z"), record: "2029-01-29T07:59:59Z", ..PLAIN },
    Golden { law: ("ccpa", 1), received: "2026-01-02T03:00:00Z", zone: "America/Los_Angeles", holidays: &["2026-01-01"], why: "it is still 1 January in California",
        due: "2026-02-16T07:59:59Z", acknowledged: Some("2026-01-16T07:59:59Z"), extended: Some("2026-04-02T06:59:59Z"), record: "2028-01-02T07:59:59Z", ..PLAIN },
    Golden { law: ("ccpa", 1), received: "2027-02-10T15:00:00Z", zone: "America/Nuuk", why: "the clocks go from 23:00 to 0:00: the last hour does not come",
        due: "2027-03-28T00:59:59Z", acknowledged: Some("2027-02-25T01:59:59Z"), extended: Some("2027-05-12T00:59:59Z"), record: "2029-02-11T01:59:59Z", ..PLAIN },
    Golden { law: ("ccpa", 1), received: "2027-09-15T15:00:00Z", zone: "America/Nuuk", why: "the clocks go from 0:00 to 23:00: the last hour comes twice",
        due: "2027-10-31T01:59:59Z", acknowledged: Some("2027-09-30T00:59:59Z"), extended: Some("2027-12-15T01:59:59Z"), record: "2029-09-16T00:59:59Z", ..PLAIN },
    Golden { law: ("us_va", 1), received: "2026-02-01T04:30:00Z", zone: "America/New_York", why: "31 January in Virginia",
        due: "2026-03-18T03:59:59Z", extended: Some("2026-05-02T03:59:59Z"), appeal: Some("2026-04-02T03:59:59Z"), record: "2028-02-01T04:59:59Z", ..PLAIN },
    Golden { law: ("us_co", 1), received: "2026-06-30T18:00:00Z", zone: "America/Denver", why: "an appeal that is put off as well",
        due: "2026-08-15T05:59:59Z", extended: Some("2026-09-29T05:59:59Z"), appeal: Some("2026-08-15T05:59:59Z"), extended_appeal: Some("2026-10-14T05:59:59Z"), record: "2028-07-01T05:59:59Z", ..PLAIN },
    Golden { law: ("us_ct", 1), received: "2026-10-15T12:00:00Z", zone: "America/New_York", why: "a Sunday after Thanksgiving",
        due: "2026-11-30T04:59:59Z", extended: Some("2027-01-14T04:59:59Z"), appeal: Some("2026-12-15T04:59:59Z"), record: "2028-10-16T03:59:59Z", ..PLAIN },
    Golden { law: ("us_ut", 1), received: "2027-12-31T06:59:59Z", zone: "America/Denver", why: "the last second of 30 December; a leap year follows",
        due: "2028-02-14T06:59:59Z", extended: Some("2028-03-30T05:59:59Z"), record: "2029-12-31T06:59:59Z", ..PLAIN },
    Golden { law: ("us_tx", 1), received: "2026-01-15T05:59:59Z", zone: "America/Chicago", why: "the last of February",
        due: "2026-03-01T05:59:59Z", extended: Some("2026-04-15T04:59:59Z"), appeal: Some("2026-03-16T04:59:59Z"), record: "2028-01-15T05:59:59Z", ..PLAIN },
    Golden { law: ("us_or", 1), received: "2026-09-17T19:00:00Z", zone: "America/Los_Angeles", why: "the day on which summer time ends",
        due: "2026-11-02T07:59:59Z", extended: Some("2026-12-17T07:59:59Z"), appeal: Some("2026-11-02T07:59:59Z"), record: "2028-09-18T06:59:59Z", ..PLAIN },
    Golden { law: ("us_mt", 1), received: "2026-12-24T17:00:00Z", zone: "America/Denver", holidays: &["2026-12-25"], why: "holidays count as days",
        due: "2027-02-08T06:59:59Z", extended: Some("2027-03-25T05:59:59Z"), appeal: Some("2027-02-23T06:59:59Z"), record: "2028-12-25T06:59:59Z", ..PLAIN },
    Golden { law: ("us_de", 1), received: "2027-01-15T15:00:00Z", zone: "America/New_York", why: "past February",
        due: "2027-03-02T04:59:59Z", extended: Some("2027-04-16T03:59:59Z"), appeal: Some("2027-03-17T03:59:59Z"), record: "2029-01-16T04:59:59Z", ..PLAIN },
    Golden { law: ("us_ia", 1), received: "2026-02-28T18:00:00Z", zone: "America/Chicago", why: "ninety days",
        due: "2026-05-30T04:59:59Z", extended: Some("2026-07-14T04:59:59Z"), appeal: Some("2026-04-30T04:59:59Z"), record: "2028-02-29T05:59:59Z", ..PLAIN },
    Golden { law: ("us_nh", 1), received: "2026-08-31T12:00:00Z", zone: "America/New_York", why: "the 31st",
        due: "2026-10-16T03:59:59Z", extended: Some("2026-11-30T04:59:59Z"), appeal: Some("2026-10-31T03:59:59Z"), record: "2028-09-01T03:59:59Z", ..PLAIN },
    Golden { law: ("us_ne", 1), received: "2028-02-29T12:00:00Z", zone: "America/Chicago", why: "the leap day, which has no second year",
        due: "2028-04-15T04:59:59Z", extended: Some("2028-05-30T04:59:59Z"), appeal: Some("2028-04-30T04:59:59Z"), record: "2030-03-01T05:59:59Z", ..PLAIN },
    Golden { law: ("us_nj", 1), received: "2026-07-04T16:00:00Z", zone: "America/New_York", holidays: &["2026-07-04"], why: "received on a holiday",
        due: "2026-08-19T03:59:59Z", extended: Some("2026-10-03T03:59:59Z"), appeal: Some("2026-08-19T03:59:59Z"), record: "2028-07-05T03:59:59Z", ..PLAIN },
    Golden { law: ("us_tn", 1), received: "2026-05-31T23:00:00Z", zone: "America/Chicago", why: "the 31st, a Sunday",
        due: "2026-07-16T04:59:59Z", extended: Some("2026-08-30T04:59:59Z"), appeal: Some("2026-07-31T04:59:59Z"), record: "2028-06-01T04:59:59Z", ..PLAIN },
    Golden { law: ("us_mn", 1), received: "2026-11-30T12:00:00Z", zone: "America/Chicago", why: "an extension that ends with February",
        due: "2027-01-15T05:59:59Z", extended: Some("2027-03-01T05:59:59Z"), appeal: Some("2027-01-15T05:59:59Z"), extended_appeal: Some("2027-03-16T04:59:59Z"), record: "2028-12-01T05:59:59Z", ..PLAIN },
    Golden { law: ("us_md", 1), received: "2026-04-30T12:00:00Z", zone: "America/New_York", why: "a Sunday does not move it",
        due: "2026-06-15T03:59:59Z", extended: Some("2026-07-30T03:59:59Z"), appeal: Some("2026-06-30T03:59:59Z"), record: "2028-05-01T03:59:59Z", ..PLAIN },
    Golden { law: ("us_in", 1), received: "2026-01-31T12:00:00Z", zone: "America/Indiana/Indianapolis", why: "the 31st",
        due: "2026-03-18T03:59:59Z", extended: Some("2026-05-02T03:59:59Z"), appeal: Some("2026-04-02T03:59:59Z"), record: "2028-02-01T04:59:59Z", ..PLAIN },
    Golden { law: ("us_ky", 1), received: "2026-03-31T12:00:00Z", zone: "America/Kentucky/Louisville", why: "the 31st",
        due: "2026-05-16T03:59:59Z", extended: Some("2026-06-30T03:59:59Z"), appeal: Some("2026-05-31T03:59:59Z"), record: "2028-04-01T03:59:59Z", ..PLAIN },
    Golden { law: ("us_ri", 1), received: "2026-02-14T12:00:00Z", zone: "America/New_York", why: "from winter into summer time",
        due: "2026-04-01T03:59:59Z", extended: Some("2026-05-16T03:59:59Z"), appeal: Some("2026-04-16T03:59:59Z"), record: "2028-02-15T04:59:59Z", ..PLAIN },
    Golden { law: ("ca_qc_law25", 1), received: "2026-10-10T03:30:00Z", zone: "America/Toronto", why: "9 October in Quebec; a Sunday does not move it",
        due: "2026-11-09T04:59:59Z", record: "2028-10-10T03:59:59Z", ..PLAIN },
    Golden { law: ("br_lgpd", 1), received: "2026-02-14T02:00:00Z", zone: "America/Sao_Paulo", why: "13 February in Brazil",
        due: "2026-03-01T02:59:59Z", record: "2028-02-14T02:59:59Z", ..PLAIN },
    Golden { law: ("in_dpdp", 1), received: "2027-05-31T19:00:00Z", zone: "Asia/Kolkata", why: "1 June in India",
        due: "2027-08-30T18:29:59Z", appeal: Some("2027-08-30T18:29:59Z"), record: "2029-06-01T18:29:59Z", ..PLAIN },
];

#[test]
fn the_dates_are_those_worked_out_by_hand() {
    for golden in GOLDEN {
        let (id, version) = golden.law;
        let law = Laws::built_in().version(&id.parse().unwrap(), version).unwrap();
        let (received, place) = (at(golden.received), place(golden.zone, golden.holidays));
        let told = format!("{id} {version}, received {received} in {}: {}", golden.zone, golden.why);
        assert_eq!(law.due_at(received, &place), at(golden.due), "due, {told}");
        let told_by = law.extension.as_ref().map(|_| at(golden.due));
        assert_eq!(law.extension_told_by(received, &place), told_by, "extension told, {told}");
        let dates = [
            ("acknowledged", law.acknowledge_by(received, &place), golden.acknowledged),
            ("extended", law.extended_due_at(received, &place), golden.extended),
            ("appeal", law.appeal_due_at(received, &place), golden.appeal),
            ("extended appeal", law.extended_appeal_due_at(received, &place), golden.extended_appeal),
            ("complaint", law.acknowledge_complaint_by(received, &place), golden.complaint_acknowledged),
            ("record", Some(law.record_kept_until(received, &place)), Some(golden.record)),
            ("appeal filed", law.appeal_by(received, &place), None),
            ("complained", law.complain_by(received, &place), None),
        ];
        for (name, found, expected) in dates {
            assert_eq!(found, expected.map(at), "{name}, {told}");
        }
    }
}

#[test]
fn every_row_has_a_date_worked_out_by_hand() {
    let golden: BTreeSet<_> = GOLDEN.iter().map(|golden| golden.law).collect();
    let rows = Laws::built_in().iter().map(|law| (law.id.as_str(), law.version));
    let missing: Vec<_> = rows.filter(|row| !golden.contains(row)).collect();
    assert_eq!(missing, [], "add a golden date of each");
}
