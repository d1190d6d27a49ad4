//! A first pass over JSON that keeps nothing: whether it is JSON at all, and not more of it than anybody may send.
//!
//! What is built of a text can be a hundred times as large as the text. So before anything is built, its values are
//! counted, and reading stops at the first one that is too many or too deep.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How deep lists and objects may lie within each other: less than the reader itself gives up at, which is 128.
pub(crate) const DEEPEST: u8 = 120;

/// Why a text is not read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    /// It has too many values.
    Values,
    /// It is nested too deep.
    Depth,
}

/// What has been counted, and what may be.
#[derive(Debug)]
pub(crate) struct Tally {
    left: Cell<usize>,
    excess: Cell<Option<Excess>>,
}

impl Tally {
    /// At most `values` values.
    pub(crate) fn of(values: usize) -> Self {
        Self { left: Cell::new(values), excess: Cell::new(None) }
    }

    /// Values that may still come.
    pub(crate) fn left(&self) -> usize {
        self.left.get()
    }

    /// Why reading stopped, if not for what is no JSON.
    pub(crate) fn excess(&self) -> Option<Excess> {
        self.excess.get()
    }

    fn stop<E: Error>(&self, excess: Excess) -> E {
        self.excess.set(Some(excess));
        E::custom("too much")
    }
}

/// A text that is picked out of a value in passing.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The names of the members that lead to it.
    path: &'static [&'static str],
    found: RefCell<Option<String>>,
}

impl Wanted {
    /// The text at `path`: of members of one name the last counts, as it does where a value is built.
    pub(crate) fn at(path: &'static [&'static str]) -> Self {
        Self { path, found: RefCell::new(None) }
    }

    /// The text, or the number written as one; none where there is something else, nothing, or an empty text.
    pub(crate) fn take(&self) -> Option<String> {
        self.found.take().filter(|text| !text.is_empty())
    }
}

/// Passes over one value, whatever it is.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'t> {
    tally: &'t Tally,
    depth: u8,
    /// What is wanted of this value, and how far along its path it lies.
    wanted: Option<(&'t Wanted, usize)>,
}

impl<'t> Scan<'t> {
    /// A value that lies within `depth` lists and objects.
    pub(crate) fn within(tally: &'t Tally, depth: u8) -> Self {
        Self { tally, depth, wanted: None }
    }

    /// Picks a text out of it.
    pub(crate) fn picking(self, wanted: &'t Wanted) -> Self {
        Self { wanted: Some((wanted, 0)), ..self }
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.depth + 1 {
            depth if depth > DEEPEST => Err(self.tally.stop(Excess::Depth)),
            depth => Ok(Self { depth, wanted: None, ..self }),
        }
    }

    /// The name of the next member on the way to what is wanted.
    fn step(self) -> Option<&'static str> {
        let (wanted, along) = self.wanted?;
        wanted.path.get(along).copied()
    }

    /// The same for the member that the way leads through: what was found in an earlier one of the name is void.
    fn along(self, inner: Self) -> Self {
        let wanted = self.wanted.map(|(wanted, along)| {
            wanted.found.take();
            (wanted, along + 1)
        });
        Self { wanted, ..inner }
    }

    /// The value is a text, or a number.
    fn found(self, text: impl FnOnce() -> String) {
        if let Some((wanted, along)) = self.wanted
            && along == wanted.path.len()
        {
            wanted.found.replace(Some(text()));
        }
    }
}

impl<'de> DeserializeSeed<'de> for Scan<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Some(left) = self.tally.left.get().checked_sub(1) else {
            return Err(self.tally.stop(Excess::Values));
        };
        self.tally.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scan<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.found(|| number.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.found(|| number.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.found(|| serde_json::Value::from(number).to_string());
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.found(|| text.to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while let Some(leads_on) = members.next_key_seed(Name(self.step()))? {
            members.next_value_seed(if leads_on { self.along(inner) } else { inner })?;
        }
        Ok(())
    }
}

/// The name of a member: whether it is this one.
struct Name(Option<&'static str>);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(self.0 == Some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str, values: usize) -> Result<usize, Option<Excess>> {
        let tally = Tally::of(values);
        let mut reader = serde_json::Deserializer::from_str(text);
        let scanned = Scan::within(&tally, 0).deserialize(&mut reader).and_then(|()| reader.end());
        scanned.map(|()| values - tally.left()).map_err(|_| tally.excess())
    }

    #[test]
    fn values_are_counted_and_too_many_are_not_read_on() {
        assert_eq!(scan(r#"{"a": [1, -1, 1.5, "x\u00e9", null], "b": {}}"#, 100), Ok(8));
        assert_eq!(scan("[1, 2, 3]", 4), Ok(4));
        // The text is broken behind the place where reading stops.
        assert_eq!(scan("[1, 2, 3, 4, broken", 4), Err(Some(Excess::Values)));
    }

    #[test]
    fn what_is_nested_too_deep_is_not_read_on() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(scan(&nested(usize::from(DEEPEST)), 200).is_ok());
        assert_eq!(scan(&nested(usize::from(DEEPEST) + 1), 200), Err(Some(Excess::Depth)));
        assert_eq!(scan(&"{\"a\":".repeat(1_000_000), 200), Err(Some(Excess::Depth)));
    }

    #[test]
    fn a_text_is_picked_out_in_passing_as_it_would_be_read() {
        const PATH: &[&str] = &["properties", "token"];
        let picked = |text: &str| {
            let (tally, wanted) = (Tally::of(100), Wanted::at(PATH));
            let mut reader = serde_json::Deserializer::from_str(text);
            Scan::within(&tally, 0).picking(&wanted).deserialize(&mut reader).unwrap();
            wanted.take()
        };
        let read = |text: &str| {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            match value.get("properties").and_then(|properties| properties.get("token")) {
                Some(serde_json::Value::String(text)) if !text.is_empty() => Some(text.clone()),
                Some(serde_json::Value::Number(number)) => Some(number.to_string()),
                _ => None,
            }
        };
        for text in [
            r#"{"properties": {"token": "t", "other": "x"}, "token": "outer"}"#,
            r#"{"properties": {"tok\u0065n": "\u00e9"}}"#,
            r#"{"properties": {"token": 7}}"#,
            r#"{"properties": {"token": -7.5e300}}"#,
            r#"{"properties": {"token": "a", "token": "b"}}"#,
            r#"{"properties": {"token": "a", "token": null}}"#,
            r#"{"properties": {"token": "a"}, "properties": {}}"#,
            r#"{"properties": {"token": "a"}, "properties": 7}"#,
            r#"{"properties": {"token": {"token": "a"}}}"#,
            r#"{"properties": [{"token": "a"}]}"#,
            r#"{"properties": {"token": ["a"]}}"#,
            r#"{"properties": {"token": ""}}"#,
            r#"["properties"]"#,
        ] {
            assert_eq!(picked(text), read(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_as_such_whatever_would_be_built_of_it() {
        for text in ["", "{", "[1", "nonsense", "[\"\\ud800\"]", "{\"\\x\": 1}", "[1] 2", "[1e999]", "{1: 2}"]
        {
            assert_eq!(scan(text, 100), Err(None), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        }
    }
}
