//! What a table is, and what it says of one that is none.

use chrono::NaiveDate;

use super::super::{LawId, Laws, LawsError, Right, RowProblem};

const ROW: &str = r#"
[[law]]
id = "xx_law"
version = 1
in_force_from = "2026-01-01"
name = "A law"
jurisdiction = "Somewhere"
statement = "general"
read = [{ kind = "statute", source = "s. 1 to 9" }]
rights = { access = "s. 1" }
end_on_non_working_day = "stays"
answer = { period = { count = 30, unit = "days" }, starts = "receipt", citation = "s. 2" }
extension = { by = { count = 30, unit = "days" }, reasons = true, citation = "s. 3" }
appeal = { answer_within = { count = 1, unit = "months" }, extension = { count = 1, unit = "months" }, citation = "s. 4" }
complaint = { to = "the authority", citation = "s. 5" }
record = { months = 24, citation = "s. 6" }
refusal = { names_remedies = true, citation = "s. 7" }
"#;

fn problem(text: &str) -> RowProblem {
    match Laws::parse(text) {
        Err(LawsError::Row { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_table_that_the_program_brings_makes_sense() {
    let laws = Laws::built_in();
    assert!(laws.ids().len() >= 25);
    // These two stand in events of the first release.
    assert!(laws.version(&LawId::GDPR, 1).is_some() && laws.version(&LawId::CCPA, 1).is_some());
    assert!(laws.iter().all(|law| law.rights.granting(Right::Access).is_some()));
}

#[test]
fn a_row_as_it_should_be_is_taken() {
    let laws = Laws::parse(ROW).unwrap();
    let law = laws.iter().next().unwrap();
    assert_eq!(law.rights.granting(Right::Access), Some("s. 1"));
    assert_eq!(law.rights.granting(Right::Erasure), None);
}

#[test]
fn a_row_that_makes_no_sense_is_refused() {
    let with = |from: &str, to: &str| {
        assert!(ROW.contains(from), "{from}");
        problem(&ROW.replace(from, to))
    };
    assert_eq!(with("\"xx_law\"", "\"XX law\""), RowProblem::Id);
    assert_eq!(with("\"A law\"", "\" \""), RowProblem::Empty("name"));
    assert_eq!(with("\"s. 2\"", "\"\""), RowProblem::Empty("answer.citation"));
    assert_eq!(with("\"s. 1 to 9\"", "\"\""), RowProblem::Empty("read.source"));
    assert_eq!(with("[{ kind = \"statute\", source = \"s. 1 to 9\" }]", "[]"), RowProblem::NothingRead);
    assert_eq!(with("{ access = \"s. 1\" }", "{}"), RowProblem::NoRights);
    assert_eq!(
        with("count = 30, unit = \"days\" }, starts", "count = 4000, unit = \"days\" }, starts"),
        RowProblem::TooLong("answer.period")
    );
    assert_eq!(with("months = 24", "months = 23"), RowProblem::RecordTooShort);
    assert_eq!(
        with("by = { count = 30, unit = \"days\"", "by = { count = 1, unit = \"months\""),
        RowProblem::OtherUnit("extension.by")
    );
    assert_eq!(
        with("extension = { count = 1, unit = \"months\" }", "extension = { count = 9, unit = \"days\" }"),
        RowProblem::OtherUnit("appeal.extension")
    );
    assert_eq!(
        with(
            "answer_within = { count = 1, unit = \"months\" }, extension = { count = 1, unit = \"months\" }",
            "answer_within = { count = 1, unit = \"eu_months\" }"
        ),
        RowProblem::EuMonthsStay
    );
    assert_eq!(with("version = 1", "version = 2"), RowProblem::Version { found: 2, expected: 1 });
    let pause = "{ ground = \"clarification\", effect = \"rests\", citation = \"s. 8\" }";
    let twice = format!("{ROW}pauses = [{pause}, {pause}]\n");
    assert_eq!(problem(&twice), RowProblem::PauseTwice);
}

#[test]
fn a_text_of_another_form_is_refused_with_its_place() {
    let said = |text: &str| Laws::parse(text).unwrap_err().to_string();
    let unit = said(&ROW.replace("unit = \"days\" }, starts", "unit = \"weeks\" }, starts"));
    assert!(
        unit.contains("unknown variant `weeks`")
            && unit.contains("business_days")
            && unit.contains("line 12"),
        "{unit}"
    );
    let none =
        said(&ROW.replace("count = 30, unit = \"days\" }, starts", "count = 0, unit = \"days\" }, starts"));
    assert!(none.contains("nonzero") && none.contains("line 12"), "{none}");
    let unknown = said(&ROW.replace("jurisdiction", "juridsiction"));
    assert!(unknown.contains("unknown field `juridsiction`"), "{unknown}");
    assert!(said("law = 1").contains("line 1"));
    let row = said(&ROW.replace("months = 24", "months = 1"));
    assert_eq!(
        row,
        "the law xx_law, version 1 makes no sense: `record` is kept for less than 24 months: 11 CCR 7101(a) demands as many"
    );
}

#[test]
fn further_rows_follow_those_that_are_there() {
    let (own, built_in) = (Laws::parse(ROW).unwrap(), Laws::built_in());
    let both = built_in.extended(ROW).unwrap();
    assert_eq!(both.iter().count(), built_in.iter().count() + 1);
    assert_eq!(both.ids().last(), own.ids().last());
    let second = ROW.replace("version = 1", "version = 2");
    let too_early = own.extended(&second).unwrap_err();
    assert!(matches!(too_early, LawsError::Row { problem: RowProblem::NotLater, .. }), "{too_early}");
    assert!(own.extended(ROW).is_err(), "the same version again");
    let newer = own.extended(&second.replace("2026-01-01", "2027-07-01")).unwrap();
    let id: LawId = "xx_law".parse().unwrap();
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let in_force = |day| newer.in_force(&id, day).map(|law| law.version);
    assert_eq!(in_force(day(2025, 12, 31)), None);
    assert_eq!(in_force(day(2026, 1, 1)), Some(1));
    assert_eq!(in_force(day(2027, 6, 30)), Some(1));
    assert_eq!(in_force(day(2027, 7, 1)), Some(2));
    assert_eq!(newer.newest(&id).map(|law| law.version), Some(2));
    assert_eq!(newer.ids(), [&id]);
}

#[test]
fn ids_are_checked_where_they_come_in_and_not_where_they_are_read_back() {
    for text in ["", "g", "GDPR", "us va", "1gdpr", "_gdpr", "gdpr\0", "straße", &"a".repeat(33)] {
        assert!(text.parse::<LawId>().is_err(), "{text:?}");
    }
    let stored: LawId = serde_json::from_str("\"a law of before\"").unwrap();
    assert_eq!(stored.as_str(), "a law of before");
    assert_eq!(serde_json::to_value(LawId::default()).unwrap(), "gdpr");
}
