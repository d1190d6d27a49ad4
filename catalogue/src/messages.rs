//! The texts of one language.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser::ParserError;

use crate::files::SUBJECTS;
use crate::overrides::OverrideFile;
use crate::{CatalogueError, Language, numbers};

/// The texts of one language.
pub(crate) struct Messages {
    bundle: FluentBundle<FluentResource>,
    variables: BTreeMap<String, BTreeSet<String>>,
}

impl Messages {
    /// Those that are built in.
    pub(crate) fn built_in(language: Language) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
        // The marks around what is put in are for texts that run both ways.
        bundle.set_use_isolating(false);
        match language {
            Language::En => bundle.set_formatter(Some(|value, _| numbers::formatted(value, ","))),
            Language::De => bundle.set_formatter(Some(|value, _| numbers::formatted(value, "."))),
        }
        let mut variables = BTreeMap::new();
        for subject in SUBJECTS {
            // What is wrong in a file that is built in is found by a test.
            let (Ok(resource) | Err((resource, _))) =
                FluentResource::try_new(subject.text(language).to_owned());
            variables.extend(variables_of(&resource));
            bundle.add_resource_overriding(resource);
        }
        Self { bundle, variables }
    }

    /// Says texts in the words of a file.
    pub(crate) fn override_with(&mut self, file: &OverrideFile) -> Result<(), CatalogueError> {
        let resource = FluentResource::try_new(file.text.clone())
            .map_err(|(_, errors)| syntax_error(file, errors.first()))?;
        for (id, wanted) in variables_of(&resource) {
            let path = file.path.clone();
            let Some(given) = self.variables.get(&id) else {
                return Err(CatalogueError::UnknownText { path, id });
            };
            if let Some(variable) = wanted.difference(given).next().cloned() {
                let names = given.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ");
                let given = if names.is_empty() { "nothing".to_owned() } else { names };
                return Err(CatalogueError::UnknownVariable { path, id, variable, given });
            }
        }
        self.bundle.add_resource_overriding(resource);
        Ok(())
    }

    /// The ids, each with the variables that it takes.
    pub(crate) fn variables(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.variables
    }

    /// The text, if it can be said whole.
    pub(crate) fn say(&self, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(arguments), &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }
}

fn syntax_error(file: &OverrideFile, error: Option<&ParserError>) -> CatalogueError {
    let at = error.map_or(0, |error| error.pos.start);
    let line = file.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let what = error.map_or_else(String::new, |error| error.kind.to_string());
    CatalogueError::Syntax { path: file.path.clone(), line, what }
}

fn variables_of(resource: &FluentResource) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts = BTreeMap::new();
    for entry in resource.entries() {
        if let Entry::Message(message) = entry {
            let mut variables = BTreeSet::new();
            if let Some(pattern) = &message.value {
                collect(pattern, &mut variables);
            }
            texts.insert(message.id.name.to_owned(), variables);
        }
    }
    texts
}

fn collect(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression } => collect_in(expression, variables),
        }
    }
}

fn collect_in(expression: &Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => collect_inline(inline, variables),
        Expression::Select { selector, variants } => {
            collect_inline(selector, variables);
            variants.iter().for_each(|variant| collect(&variant.value, variables));
        }
    }
}

fn collect_inline(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => drop(variables.insert(id.name.to_owned())),
        InlineExpression::Placeable { expression } => collect_in(expression, variables),
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::FunctionReference { .. }
        | InlineExpression::MessageReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}
