//! What a row of the table says of a law.

use std::num::NonZeroU32;

use chrono::NaiveDate;
use serde::Deserialize;

use super::id::LawId;

/// The version of a law: 1 is the first that the table had. Events that name none are of version 1.
pub type LawVersion = u32;

/// One law in one version. Citations are sections of it, unless they name another text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Its name in events and requests; the same in all versions.
    pub id: LawId,
    /// Counts from 1, without gaps.
    pub version: LawVersion,
    /// The first day on which a request is received under this version, at the controller's place.
    pub in_force_from: NaiveDate,
    /// What it is called where it is in force.
    pub name: String,
    /// Where it is in force.
    pub jurisdiction: String,
    /// Which text an archive bears that is made under it.
    pub statement: Statement,
    /// What is to be known about the row.
    #[serde(default)]
    pub note: Option<String>,
    /// What was read before the row was written.
    pub read: Vec<Source>,
    /// What a person can ask for.
    pub rights: Rights,
    /// Whether a period of days or months that ends on a weekend or a holiday moves.
    pub end_on_non_working_day: End,
    /// By when a request is answered.
    pub answer: Answer,
    /// By when receipt is confirmed, where the law demands it.
    #[serde(default)]
    pub acknowledgement: Option<Acknowledgement>,
    /// How the answer may be put off, where it may.
    #[serde(default)]
    pub extension: Option<Extension>,
    /// What stops the clock; nothing, where the law says of nothing that it does.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// The appeal to the controller against a refusal, where the law knows one.
    #[serde(default)]
    pub appeal: Option<Appeal>,
    /// To whom a person complains.
    pub complaint: Complaint,
    /// How long the record of a request is kept.
    pub record: Record,
    /// What a refusal says.
    pub refusal: Refusal,
}

/// Which text an archive bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statement {
    /// The GDPR's, by its articles.
    Gdpr,
    /// California's, by its sections.
    Ccpa,
    /// As California's, without what only California's law says.
    UsState,
    /// The GDPR's, which says that it is that.
    General,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What kind of text it is.
    pub kind: SourceKind,
    /// Which.
    pub source: String,
}

/// What kind of text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The text of the law, wherever it was found.
    Statute,
    /// What an authority publishes about it.
    Official,
    /// What others write about it.
    Commentary,
}

/// What a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To have a copy of their data.
    Access,
    /// To have it erased.
    Erasure,
}

/// What a person can ask for: each right with its citation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// Access, and a copy to take away.
    #[serde(default)]
    pub access: Option<String>,
    /// Erasure.
    #[serde(default)]
    pub erasure: Option<String>,
}

impl Rights {
    /// Where the law grants `right`; `None` if it does not.
    pub fn granting(&self, right: Right) -> Option<&str> {
        match right {
            Right::Access => self.access.as_deref(),
            Right::Erasure => self.erasure.as_deref(),
        }
    }
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// How many.
    pub count: NonZeroU32,
    /// Of what.
    pub unit: Unit,
}

/// What a period is counted in. The day on which it starts never counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Months by Regulation (EEC, Euratom) No 1182/71, Article 3: to the same-numbered day or the last of a shorter month, and
    /// off weekends and holidays.
    EuMonths,
    /// Months, to the same-numbered day or the last of a shorter month.
    Months,
    /// Days.
    Days,
    /// Days that are neither on a weekend nor holidays.
    BusinessDays,
}

/// Whether a period that ends on a weekend or a holiday moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// To the next working day.
    NextWorkingDay,
    /// It does not.
    Stays,
}

/// By when a request is answered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// How long it may take.
    pub period: Period,
    /// What starts it.
    pub starts: Start,
    /// Where a first, short answer is due at once.
    #[serde(default)]
    pub simplified_at_once: Option<String>,
    /// Where the law says so.
    pub citation: String,
}

/// What starts the period for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// That the request was received.
    Receipt,
    /// That it is sure who asks.
    Verification,
}

/// By when receipt is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// How long after receipt.
    pub period: Period,
    /// Where the law says so.
    pub citation: String,
}

/// How the answer may be put off. The person is told within the first period.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// By how much, beyond the first period; `None` where the controller names the day.
    #[serde(default)]
    pub by: Option<Period>,
    /// How often; `None` where the law sets no limit.
    #[serde(default)]
    pub times: Option<NonZeroU32>,
    /// Whether the person is told why.
    pub reasons: bool,
    /// Where the law says so.
    pub citation: String,
}

/// What stops the clock.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// On what ground.
    pub ground: PauseGround,
    /// What it does to the period.
    pub effect: PauseEffect,
    /// Where the law says so.
    pub citation: String,
}

/// On what ground the clock stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseGround {
    /// It is not sure who asks.
    IdentityInDoubt,
    /// It is not clear what is asked for.
    Clarification,
}

/// What a pause does to the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseEffect {
    /// It begins when the doubt is resolved.
    Restarts,
    /// The days in between do not count.
    Rests,
    /// Nothing is due until the doubt is resolved.
    Lifts,
}

/// The appeal to the controller against a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    /// How long after the refusal a person can appeal; `None` where the law only says that the time is reasonable.
    #[serde(default)]
    pub file_within: Option<Period>,
    /// By when the appeal is answered, from its receipt.
    pub answer_within: Period,
    /// By how much that answer may be put off.
    #[serde(default)]
    pub extension: Option<Period>,
    /// Where the law says so.
    pub citation: String,
}

/// To whom a person complains.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// To whom.
    pub to: String,
    /// How long after the answer a person can complain; `None` where nothing is set.
    #[serde(default)]
    pub within: Option<Period>,
    /// By when the controller confirms that a complaint reached it, where complaints go to it.
    #[serde(default)]
    pub acknowledged_within: Option<Period>,
    /// Where the law says so.
    pub citation: String,
}

/// How long the record of a request is kept after its answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// In months: 24 at least.
    pub months: NonZeroU32,
    /// Where the law says so; 11 CCR § 7101(a) where the law itself says nothing.
    pub citation: String,
}

/// What a refusal says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Whether it names how the person can have it looked at: an appeal, an authority, a court.
    pub names_remedies: bool,
    /// Where the law says so.
    pub citation: String,
}
