use std::fs;

use fluent_bundle::FluentResource;

use super::*;
use crate::files::SUBJECTS;

fn english() -> Text {
    Catalogue::built_in().text(Language::En)
}

fn german() -> Text {
    Catalogue::built_in().text(Language::De)
}

#[test]
fn every_file_is_fluent_and_no_text_is_there_twice() {
    for language in Language::ALL {
        let mut seen = BTreeSet::new();
        for subject in SUBJECTS {
            let resource = FluentResource::try_new(subject.text(language).to_owned());
            let resource = resource.unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", subject.name));
            for entry in resource.entries() {
                if let fluent_syntax::ast::Entry::Message(message) = entry {
                    assert!(seen.insert(message.id.name.to_owned()), "{} is there twice", message.id.name);
                }
            }
        }
    }
}

#[test]
fn every_text_is_there_in_every_language_with_the_same_variables() {
    let catalogue = Catalogue::built_in();
    let english = catalogue.variables(Language::En);
    for language in Language::ALL {
        assert_eq!(catalogue.variables(language), english, "{language:?}");
    }
}

#[test]
fn dates_name_their_month_in_the_language_and_zone_of_the_person() {
    let at: chrono::DateTime<chrono::Utc> = "2026-05-03T08:00:00Z".parse().unwrap();
    let berlin = Some(Tz::Europe__Berlin);
    assert_eq!(english().in_zone(berlin).moment(at), "3 May 2026, 10:00");
    assert_eq!(german().in_zone(berlin).moment(at), "3. Mai 2026, 10:00");
    assert_eq!(english().moment(at), "3 May 2026, 08:00 UTC");
    assert_eq!(english().in_zone(berlin).moment_with_zone(at), "3 May 2026, 10:00 (Europe/Berlin)");
    assert_eq!(german().in_zone(berlin).moment_with_zone(at), "3. Mai 2026, 10:00 Uhr (Europe/Berlin)");
    for utc in [None, Some(Tz::UTC), Some(Tz::Etc__UTC)] {
        assert_eq!(english().in_zone(utc).moment_with_zone(at), "3 May 2026, 08:00 UTC");
    }
    let midnight: chrono::DateTime<chrono::Utc> = "2026-12-31T23:30:00Z".parse().unwrap();
    assert_eq!(german().in_zone(berlin).date(midnight), "1. Januar 2027");
}

#[test]
fn sizes_and_numbers_are_written_as_people_write_them() {
    for (bytes, english_text, german_text) in [
        (0, "0 bytes", "0 Byte"),
        (1, "1 byte", "1 Byte"),
        (999, "999 bytes", "999 Byte"),
        (1_250, "1.2 kB", "1,2 kB"),
        (34_560_000, "34.5 MB", "34,5 MB"),
        (7_000_000_000_000_000, "7000.0 TB", "7000,0 TB"),
    ] {
        assert_eq!(
            (english().bytes(bytes), german().bytes(bytes)),
            (english_text.into(), german_text.into())
        );
    }
}

#[test]
fn what_is_put_in_stands_there_without_marks_and_a_missing_text_is_its_id() {
    let said = english().say_with("moment", [("date", "x".into()), ("time", "y".into())]);
    assert_eq!(said, "x, y");
    assert_eq!(german().say("no-such-text"), "no-such-text");
    assert_eq!(german().say("moment"), "moment", "what cannot be said whole is not said in part");
}

fn folder(files: &[(&str, &str)]) -> Result<Catalogue, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let told = |error: CatalogueError| error.to_string().rsplit('/').next().unwrap().to_owned();
    Catalogue::with_overrides(folder.path()).map_err(told)
}

#[test]
fn a_folder_says_single_texts_in_other_words() {
    let catalogue = folder(&[("de/dates.ftl", "month-1 = Jänner\n"), ("README.md", "ours")]).unwrap();
    assert_eq!(catalogue.text(Language::De).say("month-1"), "Jänner");
    assert_eq!(catalogue.text(Language::De).say("month-3"), "März");
    assert_eq!(catalogue.text(Language::En).say("month-1"), "January");
}

#[test]
fn a_bad_file_is_refused_and_says_why() {
    let refused = |name, text| folder(&[(name, text)]).err().unwrap();
    assert!(
        refused("de/months.ftl", "").starts_with("months.ftl is no file of texts: those of this release are")
    );
    let syntax = refused("de/dates.ftl", "month-1 = Jänner\nmonth-2 = { $ }\n");
    assert!(syntax.starts_with("dates.ftl, line 2: "), "{syntax}");
    let unknown = refused("de/dates.ftl", "month-13 = Nachmonat\n");
    assert!(unknown.starts_with("dates.ftl: `month-13` is no text of this release"), "{unknown}");
    let variable = refused("de/dates.ftl", "date = { $day } { $weekday }\n");
    assert_eq!(variable, "dates.ftl: `date` is given $day, $month, $year alone, not $weekday");
    assert!(Catalogue::with_overrides(Path::new("/nowhere")).is_err());
}
