//! The events of a text, each as it stands there: so that one that cannot be read costs no other.
//!
//! Only strings, brackets and commas are looked at, once and from left to right; nothing is built and nothing is copied.
//! What an item holds is the reader's affair.

/// Why a text is no list of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// It is neither a list nor an object.
    Kind,
    /// It ends too early, or goes on behind its end: at this byte.
    At(usize),
}

/// Reads the items of a list, or the one object that stands without a list. Ends after the first [`Broken`].
pub(super) struct Items<'t> {
    text: &'t [u8],
    at: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Beginning,
    InList,
    Ended,
}

impl<'t> Items<'t> {
    pub(super) fn of(text: &'t [u8]) -> Self {
        Self { text, at: 0, state: State::Beginning }
    }

    /// Steps over the brackets and the white space before the first item. None where there is none.
    fn begin(&mut self) -> Option<Result<&'t [u8], Broken>> {
        self.skip_space();
        match self.text.get(self.at) {
            Some(b'[') => {
                self.at += 1;
                self.skip_space();
                self.state = State::InList;
                if self.text.get(self.at) == Some(&b']') {
                    return self.end_of_list().err().map(Err);
                }
                self.next_of_list()
            }
            Some(b'{') => {
                self.state = State::Ended;
                let item = self.item();
                Some(item.and_then(|item| self.nothing_follows().map(|()| item)))
            }
            _ => self.broken(Broken::Kind),
        }
    }

    fn next_of_list(&mut self) -> Option<Result<&'t [u8], Broken>> {
        let item = match self.item() {
            Ok(item) => item,
            Err(broken) => return self.broken(broken),
        };
        let ended = match self.text.get(self.at) {
            Some(b',') => {
                self.at += 1;
                Ok(())
            }
            _ => self.end_of_list(),
        };
        // A list that does not end as it must is told with its last item.
        Some(ended.map(|()| item))
    }

    /// The text up to the comma or the bracket that ends the item.
    fn item(&mut self) -> Result<&'t [u8], Broken> {
        let (from, mut depth) = (self.at, 0_usize);
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'"' => self.skip_string()?,
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth > 0 => {
                    depth -= 1;
                    if depth == 0 && self.state == State::Ended {
                        self.at += 1;
                        return Ok(&self.text[from..self.at]);
                    }
                }
                b',' if depth == 0 => return Ok(self.text[from..self.at].trim_ascii()),
                b']' if depth == 0 => return Ok(self.text[from..self.at].trim_ascii()),
                _ => {}
            }
            self.at += 1;
        }
        Err(Broken::At(self.at))
    }

    /// From the first quotation mark of a string to its last.
    fn skip_string(&mut self) -> Result<(), Broken> {
        loop {
            self.at += 1;
            match self.text.get(self.at) {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.at += 1,
                Some(_) => {}
                None => return Err(Broken::At(self.text.len())),
            }
        }
    }

    fn end_of_list(&mut self) -> Result<(), Broken> {
        self.at += 1;
        self.state = State::Ended;
        self.nothing_follows()
    }

    fn nothing_follows(&mut self) -> Result<(), Broken> {
        self.skip_space();
        if self.at < self.text.len() { Err(Broken::At(self.at)) } else { Ok(()) }
    }

    fn skip_space(&mut self) {
        self.at += self.text[self.at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    fn broken<T>(&mut self, broken: Broken) -> Option<Result<T, Broken>> {
        self.state = State::Ended;
        Some(Err(broken))
    }
}

impl<'t> Iterator for Items<'t> {
    type Item = Result<&'t [u8], Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.state {
            State::Beginning => self.begin(),
            State::InList => self.next_of_list(),
            State::Ended => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn items(text: &str) -> Result<Vec<String>, Broken> {
        Items::of(text.as_bytes()).map(|item| Ok(String::from_utf8_lossy(item?).into_owned())).collect()
    }

    #[test]
    fn items_are_found_as_they_stand() {
        assert_eq!(items("[]"), Ok(vec![]));
        assert_eq!(items(" [ ] \n"), Ok(vec![]));
        assert_eq!(items(r#"{"a": [1, "}"]} "#).unwrap(), [r#"{"a": [1, "}"]}"#]);
        assert_eq!(
            items(r#"[{"a": "],\"{\\"}, 7 ,[1,[2]]]"#).unwrap(),
            [r#"{"a": "],\"{\\"}"#, "7", "[1,[2]]"]
        );
        // What an item holds is not looked at.
        assert_eq!(items("[NaN, {\"a\": Infinity}, ]").unwrap(), ["NaN", "{\"a\": Infinity}", ""]);
    }

    #[test]
    fn what_is_no_list_or_is_cut_off_is_told() {
        for text in ["", " ", "7", "null", "\"x\""] {
            assert_eq!(items(text), Err(Broken::Kind), "{text}");
        }
        for (text, at) in
            [("[", 1), ("[1", 2), ("{", 1), ("[\"a", 3), ("[\"\\", 3), ("[1] 2", 4), ("{} {}", 3)]
        {
            assert_eq!(items(text), Err(Broken::At(at)), "{text}");
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![any::<i64>().prop_map(|n| json!(n)), ".*".prop_map(Value::String), Just(json!(null))];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                proptest::collection::hash_map(".*", inner, 0..4).prop_map(|members| json!(members)),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_list_is_taken_apart_into_its_items(list in proptest::collection::vec(values(), 0..6)) {
            let text = json!(list).to_string();
            let found: Vec<Value> = items(&text).unwrap().iter().map(|item| serde_json::from_str(item).unwrap()).collect();
            prop_assert_eq!(found, list);
        }

        #[test]
        fn no_text_is_read_beyond_its_end(text in ".*") {
            let _ = items(&text);
        }
    }
}
