//! Which rows make sense.

use super::id::LawId;
use super::row::{End, Law, Period, Unit};

/// The longest period of days that a law could mean; of months it is a twelfth of it.
const MOST_DAYS: u32 = 3660;
/// Months for which a record is kept at least (11 CCR § 7101(a)).
const LEAST_RECORD_MONTHS: u32 = 24;

/// What is wrong with a row, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    /// The id is not made as ids are.
    #[error("`id` is malformed: use 2 to 32 lower-case letters, digits and underscores, a letter first")]
    Id,
    /// A text is empty that says something.
    #[error("`{0}` is empty: say what it is, and where the law says so")]
    Empty(&'static str),
    /// Nothing was read.
    #[error("`read` is empty: name what was read, or leave the row out")]
    NothingRead,
    /// It grants nothing.
    #[error("`rights` is empty: cite where the law grants `access` or `erasure`")]
    NoRights,
    /// A period is longer than any law means.
    #[error("`{0}` is longer than ten years: mind its unit")]
    TooLong(&'static str),
    /// Months by Regulation 1182/71 that do not move.
    #[error(
        "a period in eu_months moves off weekends: set `end_on_non_working_day` to next_working_day, or use months"
    )]
    EuMonthsStay,
    /// An extension that is counted in something else than what it extends.
    #[error("`{0}` has another unit than the period that it extends: use the same")]
    OtherUnit(&'static str),
    /// A record that is not kept long enough.
    #[error("`record` is kept for less than {LEAST_RECORD_MONTHS} months: 11 CCR 7101(a) demands as many")]
    RecordTooShort,
    /// Two pauses on one ground.
    #[error("`pauses` has a ground twice: leave one")]
    PauseTwice,
    /// A version that does not follow on.
    #[error(
        "its version is {found} where {expected} comes next: count versions from 1, without gaps, in the order of the file"
    )]
    Version {
        /// What it is.
        found: u32,
        /// What comes next.
        expected: u32,
    },
    /// A version that is not later than the one before.
    #[error("it is in force no later than the version before: set `in_force_from` to a later day")]
    NotLater,
}

/// The first thing that is wrong with `law`, which stands in the table after `before`.
pub(super) fn problem_of(law: &Law, before: &[Law]) -> Option<RowProblem> {
    let checks = [in_itself, periods, extensions];
    checks.iter().find_map(|check| check(law)).or_else(|| order(law, before))
}

fn in_itself(law: &Law) -> Option<RowProblem> {
    if !law.id.is_well_formed() {
        return Some(RowProblem::Id);
    }
    if let Some(field) = empty_text(law) {
        return Some(RowProblem::Empty(field));
    }
    if law.read.is_empty() {
        return Some(RowProblem::NothingRead);
    }
    if law.rights.access.is_none() && law.rights.erasure.is_none() {
        return Some(RowProblem::NoRights);
    }
    if law.record.months.get() < LEAST_RECORD_MONTHS {
        return Some(RowProblem::RecordTooShort);
    }
    let mut grounds = law.pauses.iter().enumerate();
    grounds
        .any(|(at, pause)| law.pauses.iter().take(at).any(|earlier| earlier.ground == pause.ground))
        .then_some(RowProblem::PauseTwice)
}

/// The field whose text says nothing.
fn empty_text(law: &Law) -> Option<&'static str> {
    let optional = |field, text: Option<&str>| (field, text.unwrap_or("absent").trim().is_empty());
    let given = |field, text: &str| (field, text.trim().is_empty());
    let texts = [
        given("name", &law.name),
        given("jurisdiction", &law.jurisdiction),
        optional("note", law.note.as_deref()),
        optional("rights.access", law.rights.access.as_deref()),
        optional("rights.erasure", law.rights.erasure.as_deref()),
        given("answer.citation", &law.answer.citation),
        optional("answer.simplified_at_once", law.answer.simplified_at_once.as_deref()),
        optional("acknowledgement.citation", law.acknowledgement.as_ref().map(|it| it.citation.as_str())),
        optional("extension.citation", law.extension.as_ref().map(|it| it.citation.as_str())),
        optional("appeal.citation", law.appeal.as_ref().map(|it| it.citation.as_str())),
        given("complaint.to", &law.complaint.to),
        given("complaint.citation", &law.complaint.citation),
        given("record.citation", &law.record.citation),
        given("refusal.citation", &law.refusal.citation),
        ("read.source", law.read.iter().any(|read| read.source.trim().is_empty())),
        ("pauses.citation", law.pauses.iter().any(|pause| pause.citation.trim().is_empty())),
    ];
    texts.into_iter().find_map(|(field, is_empty)| is_empty.then_some(field))
}

/// Every period of the law, with the name of its field.
fn all_periods(law: &Law) -> Vec<(&'static str, Period)> {
    let appeal = law.appeal.as_ref();
    let optional = [
        ("acknowledgement.period", law.acknowledgement.as_ref().map(|it| it.period)),
        ("extension.by", law.extension.as_ref().and_then(|it| it.by)),
        ("appeal.file_within", appeal.and_then(|it| it.file_within)),
        ("appeal.answer_within", appeal.map(|it| it.answer_within)),
        ("appeal.extension", appeal.and_then(|it| it.extension)),
        ("complaint.within", law.complaint.within),
        ("complaint.acknowledged_within", law.complaint.acknowledged_within),
    ];
    let present = optional.into_iter().filter_map(|(field, period)| Some((field, period?)));
    std::iter::once(("answer.period", law.answer.period)).chain(present).collect()
}

fn periods(law: &Law) -> Option<RowProblem> {
    let most = |unit| match unit {
        Unit::Days | Unit::BusinessDays => MOST_DAYS,
        Unit::EuMonths | Unit::Months => MOST_DAYS / 30,
    };
    let periods = all_periods(law);
    let too_long = periods.iter().find(|(_, period)| period.count.get() > most(period.unit));
    let stays = law.end_on_non_working_day == End::Stays
        && periods.iter().any(|(_, period)| period.unit == Unit::EuMonths);
    too_long
        .map(|(field, _)| RowProblem::TooLong(field))
        .or(stays.then_some(RowProblem::EuMonthsStay))
        .or((law.record.months.get() > MOST_DAYS / 30).then_some(RowProblem::TooLong("record.months")))
}

fn extensions(law: &Law) -> Option<RowProblem> {
    let of_answer = law.extension.as_ref().and_then(|extension| extension.by);
    let of_appeal = law.appeal.as_ref().and_then(|appeal| Some((appeal.answer_within, appeal.extension?)));
    let pairs =
        [("extension.by", of_answer.map(|by| (law.answer.period, by))), ("appeal.extension", of_appeal)];
    pairs
        .into_iter()
        .filter_map(|(field, pair)| Some((field, pair?)))
        .find_map(|(field, (first, by))| (first.unit != by.unit).then_some(RowProblem::OtherUnit(field)))
}

fn order(law: &Law, before: &[Law]) -> Option<RowProblem> {
    let last = before.iter().rfind(|other| other.id == law.id);
    let expected = last.map_or(1, |last| last.version.saturating_add(1));
    if law.version != expected {
        return Some(RowProblem::Version { found: law.version, expected });
    }
    last.is_some_and(|last| last.in_force_from >= law.in_force_from).then_some(RowProblem::NotLater)
}

/// The name under which a row is found in its file.
pub(super) fn row_name(id: &LawId, version: u32) -> String {
    format!("{id}, version {version}")
}
