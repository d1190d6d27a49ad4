//! OWASP ASVS 5.0 by number, and how `.github/ASVS.md` answers it.

use super::named_tests::cells;

/// Chapter, section, requirement.
pub(super) type Number = (u8, u8, u8);

/// The requirements of level 1, by section.
pub(super) const LEVEL_1: &str = "1.2: 1 2 3 4 5, 1.3: 1 2, 1.5: 1, 2.1: 1, 2.2: 1 2, 2.3: 1, 3.2: 1 2, 3.3: 1, \
    3.4: 1 2, 3.5: 1 2 3, 4.1: 1, 4.4: 1, 5.2: 1 2, 5.3: 1 2, 6.1: 1, 6.2: 1 2 3 4 5 6 7 8, 6.3: 1 2, 6.4: 1 2, \
    7.2: 1 2 3 4, 7.4: 1 2, 8.1: 1, 8.2: 1 2, 8.3: 1, 9.1: 1 2 3, 9.2: 1, 10.4: 1 2 3 4 5, 11.3: 1 2, 11.4: 1, \
    12.1: 1, 12.2: 1 2, 13.4: 1, 14.2: 1, 14.3: 1, 15.1: 1, 15.2: 1, 15.3: 1";

/// Those that level 2 adds.
pub(super) const LEVEL_2: &str = "1.1: 1 2, 1.2: 6 7 8 9, 1.3: 3 4 5 6 7 8 9 10 11, 1.4: 1 2 3, 1.5: 2, 2.1: 2 3, \
    2.2: 3, 2.3: 2 3 4, 2.4: 1, 3.3: 2 3 4, 3.4: 3 4 5 6, 3.5: 4 5, 3.7: 1 2, 4.1: 2 3, 4.2: 1, 4.3: 1 2, \
    4.4: 2 3 4, 5.1: 1, 5.2: 3, 5.4: 1 2 3, 6.1: 2 3, 6.2: 9 10 11 12, 6.3: 3 4, 6.4: 3 4, 6.5: 1 2 3 4 5, \
    6.6: 1 2 3, 6.8: 1 2 3 4, 7.1: 1 2 3, 7.3: 1 2, 7.4: 3 4 5, 7.5: 1 2, 7.6: 1 2, 8.1: 2, 8.2: 3, 8.4: 1, \
    9.2: 2 3 4, 10.1: 1 2, 10.2: 1 2, 10.3: 1 2 3 4, 10.4: 6 7 8 9 10 11, 10.5: 1 2 3 4 5, 10.6: 1 2, \
    10.7: 1 2 3, 11.1: 1 2, 11.2: 1 2 3, 11.3: 3, 11.4: 2 3 4, 11.5: 1, 11.6: 1, 12.1: 2 3, 12.3: 1 2 3 4, \
    13.1: 1, 13.2: 1 2 3 4 5, 13.3: 1 2, 13.4: 2 3 4 5, 14.1: 1 2, 14.2: 2 3 4, 14.3: 2 3, 15.1: 2 3, \
    15.2: 2 3, 15.3: 2 3 4 5 6 7, 16.1: 1, 16.2: 1 2 3 4 5, 16.3: 1 2 3 4, 16.4: 1 2 3, 16.5: 1 2 3, \
    17.1: 1, 17.2: 1 2 3 4, 17.3: 1 2";

/// The numbers in a list as above.
pub(super) fn numbered(list: &str) -> impl Iterator<Item = Number> {
    list.split(',').flat_map(|section| {
        let (section, requirements) = section.split_once(':').unwrap();
        let (chapter, section) = section.trim().split_once('.').unwrap();
        let (chapter, section) = (chapter.parse().unwrap(), section.parse().unwrap());
        requirements.split_whitespace().map(move |number| (chapter, section, number.parse().unwrap()))
    })
}

/// A number as the standard writes it.
pub(super) fn written((chapter, section, requirement): &Number) -> String {
    format!("{chapter}.{section}.{requirement}")
}

/// Every number of a requirement in a text, in ascending order, as often as it is there.
pub(super) fn mentioned(text: &str) -> Vec<Number> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.').map(|word| word.trim_matches('.'));
    let mut numbers: Vec<Number> = words.filter_map(number).collect();
    numbers.sort_unstable();
    numbers
}

fn number(word: &str) -> Option<Number> {
    let parts: Vec<u8> = word.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    match parts[..] {
        [chapter, section, requirement] => Some((chapter, section, requirement)),
        _ => None,
    }
}

/// A row of the document's tables.
pub(super) struct Row {
    pub(super) number: String,
    /// It is of level 1.
    pub(super) is_marked: bool,
    pub(super) says: String,
    pub(super) tests: String,
    pub(super) line: String,
}

/// All that the document answers.
pub(super) struct Answers {
    pub(super) rows: Vec<Row>,
    requirements: usize,
}

impl Answers {
    pub(super) fn read(text: &str) -> Self {
        Self { rows: text.lines().filter_map(Row::read).collect(), requirements: mentioned(text).len() }
    }

    /// The sentence at the top of the document.
    pub(super) fn sums(&self) -> String {
        let begins = |word: &str| self.rows.iter().filter(|row| row.says.starts_with(word)).count();
        let (partly, missing) = (begins("**Partly.**"), begins("**Missing.**"));
        let hold = self.rows.len() - partly - missing;
        let (all, others) = (self.requirements, self.requirements - self.rows.len());
        format!(
            "Of {all} requirements {hold} hold, {partly} in part, {missing} are missing and {others} do not apply."
        )
    }
}

impl Row {
    fn read(line: &str) -> Option<Self> {
        let [first, says, tests] = cells(line)?.try_into().ok()?;
        let plain = first.trim_matches('*');
        number(plain)?;
        let is_marked = plain.len() < first.len();
        Some(Self { number: plain.to_owned(), is_marked, says, tests, line: line.to_owned() })
    }
}

#[test]
fn numbers_are_found_wherever_they_stand() {
    assert_eq!(
        mentioned("| **1.2.4** | x | y |\nno XPath: 1.2.7, 10.4.11."),
        [(1, 2, 4), (1, 2, 7), (10, 4, 11)]
    );
    assert_eq!(mentioned("TLS 1.3, 127.0.0.1, 10.0.0.0/8, V1.2"), []);
    assert_eq!(numbered("1.2: 4 5, 10.4: 11").collect::<Vec<_>>(), [(1, 2, 4), (1, 2, 5), (10, 4, 11)]);
    assert_eq!(numbered(LEVEL_1).count() + numbered(LEVEL_2).count(), 253);
}
