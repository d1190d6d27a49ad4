//! Forms: labels, hints, and what was wrong, at each field; each form one command however often it is sent.

use maud::{Markup, html};

use super::errors::Errors;
use super::visit::Visit;

/// The hidden field with the key of a form.
pub(super) const KEY: &str = "idempotency_key";

/// A form of a page.
pub(crate) struct Form<'a> {
    visit: &'a Visit,
    errors: &'a Errors,
    action: String,
    hidden: Vec<(String, String)>,
    about: Option<String>,
}

/// A field to type into.
pub(crate) struct Field {
    name: &'static str,
    label: String,
    kind: &'static str,
    hint: Option<String>,
    value: String,
    autocomplete: &'static str,
    inputmode: Option<&'static str>,
    is_optional: bool,
    is_short: bool,
}

impl Field {
    /// A line of text.
    pub(crate) fn text(name: &'static str, label: String) -> Self {
        Self {
            name,
            label,
            kind: "text",
            hint: None,
            value: String::new(),
            autocomplete: "off",
            inputmode: None,
            is_optional: false,
            is_short: false,
        }
    }

    /// An email address.
    pub(crate) fn email(name: &'static str, label: String) -> Self {
        Self { kind: "email", autocomplete: "email", ..Self::text(name, label) }
    }

    /// A phone number.
    pub(crate) fn phone(name: &'static str, label: String) -> Self {
        Self { kind: "tel", autocomplete: "tel", is_short: true, ..Self::text(name, label) }
    }

    /// A password: what is typed is hidden, and never shown again. `autocomplete` tells managers which one it is.
    pub(crate) fn password(name: &'static str, label: String, autocomplete: &'static str) -> Self {
        Self { kind: "password", autocomplete, ..Self::text(name, label) }
    }

    /// A code that was sent: never shown again.
    pub(crate) fn code(name: &'static str, label: String) -> Self {
        Self { autocomplete: "one-time-code", is_short: true, ..Self::text(name, label) }
    }

    /// A number.
    pub(crate) fn number(name: &'static str, label: String) -> Self {
        Self { inputmode: Some("numeric"), is_short: true, ..Self::text(name, label) }
    }

    /// A day.
    pub(crate) fn date(name: &'static str, label: String) -> Self {
        Self { kind: "date", is_short: true, ..Self::text(name, label) }
    }

    /// A day and a time of it.
    pub(crate) fn moment(name: &'static str, label: String) -> Self {
        Self { kind: "datetime-local", is_short: true, ..Self::text(name, label) }
    }

    /// What is said below the label.
    #[must_use]
    pub(crate) fn hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// What stands in it.
    #[must_use]
    pub(crate) fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    /// What browsers fill in.
    #[must_use]
    pub(crate) fn autocomplete(self, autocomplete: &'static str) -> Self {
        Self { autocomplete, ..self }
    }

    /// It may be left empty.
    #[must_use]
    pub(crate) fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

/// One of several answers.
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
}

impl<'a> Form<'a> {
    /// A form that is sent to the page it stands on.
    pub(crate) fn new(visit: &'a Visit, errors: &'a Errors) -> Self {
        Self { visit, errors, action: visit.path().to_owned(), hidden: Vec::new(), about: None }
    }

    /// Sent to another page.
    #[must_use]
    pub(crate) fn to(self, action: &str) -> Self {
        Self { action: action.to_owned(), ..self }
    }

    /// With a field that is not seen.
    #[must_use]
    pub(crate) fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// Where several forms have a button of the same name: what this one is about, for those who hear it.
    #[must_use]
    pub(crate) fn about(self, about: impl Into<String>) -> Self {
        Self { about: Some(about.into()), ..self }
    }

    /// The form around its fields, with the button that sends it.
    pub(crate) fn around(&self, fields: &Markup, button: &str) -> Markup {
        self.with_button("button", fields, button, &html! {})
    }

    /// The same, with another button after it.
    pub(crate) fn around_with(&self, fields: &Markup, button: &str, another: &Markup) -> Markup {
        self.with_button("button", fields, button, another)
    }

    /// The same, where the button does what cannot be undone.
    pub(crate) fn around_danger(&self, fields: &Markup, button: &str) -> Markup {
        self.with_button("button danger", fields, button, &html! {})
    }

    /// The same, where the button is one of several of a page.
    pub(crate) fn around_plain(&self, fields: &Markup, button: &str) -> Markup {
        self.with_button("button plain", fields, button, &html! {})
    }

    /// A switch: a button that turns what `name` names to what it is not, at once. `word` says how it stands.
    pub(crate) fn switch(&self, name: &'static str, is_on: bool, word: &str) -> Markup {
        html! {
            form method="post" action=(self.action) class="turn" {
                input type="hidden" name=(KEY) value=(self.visit.fresh_key());
                input type="hidden" name="switch" value=(name);
                input type="hidden" name="to" value=(if is_on { "off" } else { "on" });
                button type="submit" class="switch" role="switch" aria-checked=(if is_on { "true" } else { "false" })
                    aria-labelledby=(name) aria-describedby={ (name) "-about" } {
                    span class="track" aria-hidden="true" {}
                    span { (word) }
                }
            }
        }
    }

    fn with_button(&self, class: &str, fields: &Markup, button: &str, another: &Markup) -> Markup {
        let has_key = self.hidden.iter().any(|(name, _)| name == KEY);
        html! {
            form method="post" action=(self.action) novalidate {
                @if !has_key {
                    input type="hidden" name=(KEY) value=(self.visit.fresh_key());
                }
                @for (name, value) in &self.hidden {
                    input type="hidden" name=(name) value=(value);
                }
                (fields)
                button type="submit" class=(class) {
                    (button)
                    @if let Some(about) = &self.about { span class="unseen" { " " (about) } }
                }
                (another)
            }
        }
    }

    /// A field with its label.
    pub(crate) fn field(&self, field: &Field) -> Markup {
        let error = self.errors.of_field(field.name);
        let described = self.described(field.name, field.hint.is_some());
        html! {
            div class=[error.map_or(Some("field"), |_| Some("field wrong"))] {
                label for=(field.name) {
                    (field.label)
                    @if field.is_optional { " " span class="quiet" { (self.visit.text().say("form-optional")) } }
                }
                (self.hint_and_error(field.name, field.hint.as_deref()))
                input
                    id=(field.name)
                    name=(field.name)
                    type=(field.kind)
                    value=[Some(&field.value).filter(|value| !value.is_empty())]
                    class=[field.is_short.then_some("short")]
                    autocomplete=(field.autocomplete)
                    inputmode=[field.inputmode]
                    spellcheck="false"
                    autocapitalize=[(field.kind != "text").then_some("none")]
                    required[!field.is_optional]
                    aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[described];
            }
        }
    }

    /// Many answers of which one is chosen: `first` stand before the groups.
    pub(crate) fn select(
        &self,
        (name, label): (&'static str, &str),
        first: &[(String, String)],
        groups: &[(String, Vec<(String, String)>)],
        chosen: &str,
    ) -> Markup {
        let error = self.errors.of_field(name);
        let options = |options: &[(String, String)]| {
            html! {
                @for (value, label) in options { option value=(value) selected[value == chosen] { (label) } }
            }
        };
        html! {
            div class=[error.map_or(Some("field"), |_| Some("field wrong"))] {
                label for=(name) { (label) }
                (self.hint_and_error(name, None))
                select id=(name) name=(name) aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[self.described(name, false)] {
                    (options(first))
                    @for (region, places) in groups { optgroup label=(region) { (options(places)) } }
                }
            }
        }
    }

    /// Several answers of which one is chosen.
    pub(crate) fn choices(
        &self,
        name: &'static str,
        legend: &str,
        choices: &[Choice],
        chosen: &str,
    ) -> Markup {
        let error = self.errors.of_field(name);
        html! {
            fieldset class=[error.map_or(Some("field"), |_| Some("field wrong"))] aria-describedby=[self.described(name, false)] {
                legend { (legend) }
                (self.hint_and_error(name, None))
                @for (place, choice) in choices.iter().enumerate() {
                    // The summary of what is wrong leads to the first.
                    @let id = if place == 0 { name.to_owned() } else { format!("{name}-{place}") };
                    div class="choice" {
                        input type="radio" id=(id) name=(name) value=(choice.value) checked[choice.value == chosen];
                        label for=(id) {
                            (choice.label)
                            @if let Some(hint) = &choice.hint { span class="hint" { (hint) } }
                        }
                    }
                }
            }
        }
    }

    /// That something is meant.
    pub(crate) fn checkbox(&self, name: &'static str, label: &str, checked: bool) -> Markup {
        let error = self.errors.of_field(name);
        html! {
            div class=[error.map_or(Some("field"), |_| Some("field wrong"))] {
                (self.hint_and_error(name, None))
                div class="choice" {
                    input type="checkbox" id=(name) name=(name) value="true" checked[checked]
                        aria-describedby=[self.described(name, false)];
                    label for=(name) { (label) }
                }
            }
        }
    }

    fn hint_and_error(&self, name: &str, hint: Option<&str>) -> Markup {
        html! {
            @if let Some(hint) = hint { p class="hint" id={ (name) "-hint" } { (hint) } }
            @if let Some(error) = self.errors.of_field(name) {
                p class="error" id={ (name) "-error" } {
                    span class="unseen" { (self.visit.text().say("form-error")) " " }
                    (error)
                }
            }
        }
    }

    /// The ids of what describes a field.
    fn described(&self, name: &str, has_hint: bool) -> Option<String> {
        let hint = has_hint.then(|| format!("{name}-hint"));
        let error = self.errors.of_field(name).map(|_| format!("{name}-error"));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}
