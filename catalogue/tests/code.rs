//! The texts of the catalogue, held against the code that says them.

// Clippy lets tests unwrap, but does not count what stands beside them in an integration test.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use catalogue::{Catalogue, Language};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Where code says texts.
const ROOMS: [&str; 3] = ["../api/src", "../workers/src", "src"];

/// What the code says: each id, with the variables that are given where it is said with some.
#[derive(Default)]
struct Said {
    ids: BTreeSet<String>,
    with: BTreeMap<String, BTreeSet<BTreeSet<String>>>,
}

impl Said {
    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (place, token) in tokens.iter().enumerate() {
            let after = |n: usize| tokens.get(place + n);
            match token {
                TokenTree::Ident(name) if name == "say" => self.take(after(1), false),
                TokenTree::Ident(name) if name == "say_with" => self.take(after(1), true),
                TokenTree::Ident(name) if name == "id" && after(1).is_some_and(|t| t.to_string() == "!") => {
                    self.take(after(2), false);
                }
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn take(&mut self, arguments: Option<&TokenTree>, with: bool) {
        let Some(TokenTree::Group(group)) = arguments else { return };
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        let Some(id) = tokens.first().and_then(literal) else { return };
        self.ids.insert(id.clone());
        if with {
            let given = tokens.iter().find_map(|token| match token {
                TokenTree::Group(list) if list.delimiter() == Delimiter::Bracket => Some(list.stream()),
                _ => None,
            });
            // A list that has a name, since several texts are given it, is read where it stands by no test here.
            let Some(given) = given else { return };
            let pairs = given.into_iter().filter_map(|token| match token {
                TokenTree::Group(pair) => pair.stream().into_iter().next().as_ref().and_then(literal),
                _ => None,
            });
            self.with.entry(id).or_default().insert(pairs.collect());
        }
    }
}

fn literal(token: &TokenTree) -> Option<String> {
    let text = token.to_string();
    Some(text.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

fn read(folder: &Path, said: &mut Said) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, said);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            said.read(fs::read_to_string(&path).unwrap().parse().unwrap());
        }
    }
}

fn said() -> Said {
    let mut said = Said::default();
    for room in ROOMS {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(room), &mut said);
    }
    said
}

#[test]
fn every_text_that_code_says_is_there_and_none_is_there_that_nothing_says() {
    let there: BTreeSet<String> = Catalogue::built_in().variables(Language::En).into_keys().collect();
    let said = said().ids;
    assert_eq!(said.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "code says them");
    assert_eq!(there.difference(&said).collect::<Vec<_>>(), Vec::<&String>::new(), "nothing says them");
}

#[test]
fn every_text_is_given_the_variables_that_it_takes() {
    let variables = Catalogue::built_in().variables(Language::En);
    for (id, given) in said().with {
        for given in given {
            assert_eq!(given, variables[&id], "{id}");
        }
    }
}
