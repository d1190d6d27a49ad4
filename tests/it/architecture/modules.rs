//! The modules of a crate, and which of them names which: read from its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module's path below its crate; empty for the crate itself.
pub(super) type Module = Vec<String>;

/// Which modules name which others; tests are left out.
#[derive(Default)]
pub(super) struct Modules {
    names: BTreeMap<Module, BTreeSet<Module>>,
}

impl Modules {
    /// Reads the files below `src`.
    pub(super) fn read(src: &Path) -> Self {
        let mut files = BTreeMap::new();
        collect(src, &Vec::new(), &mut files);
        let known: BTreeSet<Module> = files.keys().cloned().collect();
        let mut names = BTreeMap::new();
        for (module, paths) in files {
            let named = paths.iter().filter_map(|path| resolve(&module, path, &known)).collect();
            names.insert(module, named);
        }
        Self { names }
    }

    /// Every module that has others below it.
    pub(super) fn folders(&self) -> BTreeSet<Module> {
        self.names.keys().filter_map(|module| Some(module.split_last()?.1.to_vec())).collect()
    }

    /// Which of the modules right below `folder` name which, themselves or what is below them.
    pub(super) fn arrows(&self, folder: &[String]) -> BTreeMap<&str, BTreeSet<&str>> {
        let child = |module: &'_ Module| {
            module.starts_with(folder).then(|| module.get(folder.len())).flatten().cloned()
        };
        let own = |module: &Module| {
            let name = child(module)?;
            self.names.keys().find_map(|known| known.get(folder.len()).filter(|known| **known == name))
        };
        let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (module, named) in &self.names {
            let Some(from) = own(module) else { continue };
            let to = named.iter().filter_map(own).filter(|to| *to != from).map(String::as_str);
            arrows.entry(from).or_default().extend(to);
        }
        arrows
    }

    /// The circles among the modules right below `folder`: those that lead to each other.
    pub(super) fn circles(&self, folder: &[String]) -> BTreeSet<BTreeSet<&str>> {
        let arrows = self.arrows(folder);
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            arrows.keys().map(|from| (*from, reached_from(from, &arrows))).collect();
        let circle = |from: &&&str| {
            let both = reached[**from].iter().filter(|to| reached[**to].contains(**from));
            both.copied().collect::<BTreeSet<&str>>()
        };
        arrows.keys().map(|from| circle(&from)).filter(|circle| !circle.is_empty()).collect()
    }
}

/// All that `from` leads to.
fn reached_from<'a>(from: &'a str, arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from];
    while let Some(from) = left.pop() {
        left.extend(arrows[from].iter().copied().filter(|to| reached.insert(*to)));
    }
    reached
}

/// Reads the files of the folder of `module`, without the modules that are there for tests alone.
fn collect(folder: &Path, module: &Module, files: &mut BTreeMap<Module, Vec<Module>>) {
    let mut tests = BTreeSet::new();
    for root in ["lib.rs", "main.rs", "mod.rs"] {
        if let Ok(text) = fs::read_to_string(folder.join(root)) {
            let found = Found::in_text(&text);
            tests.extend(found.tests);
            files.entry(module.clone()).or_default().extend(found.paths);
        }
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() && path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if ["lib", "main", "mod"].contains(&name.as_str()) || tests.contains(&name) {
            continue;
        }
        let child = [module.as_slice(), &[name]].concat();
        if path.is_dir() {
            collect(&path, &child, files);
        } else {
            let found = Found::in_text(&fs::read_to_string(&path).unwrap());
            files.entry(child).or_default().extend(found.paths);
        }
    }
}

/// The module that `path`, named in `module`, leads to.
fn resolve(module: &Module, path: &Module, known: &BTreeSet<Module>) -> Option<Module> {
    let mut segments = path.iter().peekable();
    let mut at = match segments.next()?.as_str() {
        "crate" => Vec::new(),
        "self" => module.clone(),
        "super" => module.split_last()?.1.to_vec(),
        _ => return None,
    };
    while segments.next_if(|segment| *segment == "super").is_some() {
        at.pop();
    }
    for segment in segments {
        let next = [at.as_slice(), std::slice::from_ref(segment)].concat();
        if !known.contains(&next) {
            break;
        }
        at = next;
    }
    Some(at)
}

/// What a file names.
#[derive(Default)]
struct Found {
    /// Paths, segment by segment.
    paths: Vec<Module>,
    /// Modules in files of their own that are there for tests alone.
    tests: BTreeSet<String>,
}

impl Found {
    fn in_text(text: &str) -> Self {
        let mut found = Self::default();
        found.read(text.parse().unwrap(), &[]);
        found
    }

    /// Reads tokens; those in the braces of a `use` go on after `prefix`.
    fn read(&mut self, tokens: TokenStream, prefix: &[String]) {
        let mut tokens = tokens.into_iter().peekable();
        let (mut path, mut goes_on) = (prefix.to_vec(), !prefix.is_empty());
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    goes_on = tokens.next_if(|next| next.to_string() == ":").is_some();
                }
                TokenTree::Ident(name) => {
                    if !goes_on {
                        self.end(&mut path, prefix);
                        path.clear();
                    }
                    path.push(name.to_string());
                    goes_on = false;
                }
                TokenTree::Group(group) if goes_on && group.delimiter() == Delimiter::Brace => {
                    self.read(group.stream(), &path);
                    path.clear();
                }
                TokenTree::Punct(punct) if punct.as_char() == '#' && is_for_tests(tokens.peek()) => {
                    self.skip_item(&mut tokens);
                }
                TokenTree::Punct(punct) if punct.as_char() == ',' && !prefix.is_empty() => {
                    self.end(&mut path, prefix);
                    (path, goes_on) = (prefix.to_vec(), true);
                }
                TokenTree::Group(group) => {
                    self.end(&mut path, prefix);
                    path.clear();
                    self.read(group.stream(), &[]);
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.end(&mut path, prefix);
                    (path, goes_on) = (Vec::new(), false);
                }
            }
        }
        self.end(&mut path, prefix);
    }

    fn end(&mut self, path: &mut Module, prefix: &[String]) {
        if path.len() > prefix.len() {
            self.paths.push(std::mem::take(path));
        }
    }

    /// Passes over what an attribute says is there for tests alone.
    fn skip_item(&mut self, tokens: &mut impl Iterator<Item = TokenTree>) {
        let mut module = false;
        for token in tokens {
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return,
                TokenTree::Punct(punct) if punct.as_char() == ';' => return,
                TokenTree::Ident(name) if module => {
                    self.tests.insert(name.to_string());
                    module = false;
                }
                TokenTree::Ident(name) => module = name == "mod",
                _ => {}
            }
        }
    }
}

fn is_for_tests(attribute: Option<&TokenTree>) -> bool {
    attribute.is_some_and(|attribute| attribute.to_string().replace(' ', "") == "[cfg(test)]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> BTreeSet<String> {
        Found::in_text(text).paths.iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn paths_are_found_in_uses_and_elsewhere_and_not_in_tests() {
        let found = paths(
            "use crate::a::{self, b::{c, d}, E}; fn f(x: super::G) { crate::h::i(\"crate::no\") }
             #[cfg(test)] mod tests { use crate::t; } #[cfg(test)] mod more; // crate::k",
        );
        for path in
            ["crate::a::self", "crate::a::b::c", "crate::a::b::d", "crate::a::E", "super::G", "crate::h::i"]
        {
            assert!(found.contains(path), "{path} in {found:?}");
        }
        assert!(
            !found.iter().any(|path| ["t", "no", "k"].iter().any(|end| path.ends_with(&format!("::{end}"))))
        );
    }

    #[test]
    fn a_circle_is_found_however_long_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("lib.rs", "mod a; mod b; mod c; mod d;");
        write("a/mod.rs", "mod one; mod two;");
        write("a/one.rs", "use super::two; use crate::b::B;");
        write("a/two.rs", "use super::one;");
        write("b.rs", "use crate::{c::C, d};");
        write("c.rs", "use crate::a::one;");
        write("d.rs", "");
        let modules = Modules::read(folder.path());
        assert_eq!(modules.circles(&[]), BTreeSet::from([BTreeSet::from(["a", "b", "c"])]));
        let inside = modules.circles(&["a".to_owned()]);
        assert_eq!(inside, BTreeSet::from([BTreeSet::from(["one", "two"])]));
    }
}
