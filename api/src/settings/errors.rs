//! What was wrong with a form, field by field.

use axum::http::StatusCode;
use catalogue::Text;
use maud::{Markup, html};

use super::refusal::Refusal;
use crate::problem::Kind;

/// What in a refusal a field stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// A place of the body, as a JSON pointer.
    Pointer(&'static str),
    /// The refusal itself.
    Kind(Kind),
}

/// What is said at which field for a cause: the cause, the field, and the text.
pub(crate) type FieldError = (Cause, &'static str, &'static str);

/// What was wrong, to be shown with the form.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    status: Option<StatusCode>,
    items: Vec<(Option<&'static str>, String)>,
}

impl Errors {
    /// What a refusal means to the fields of a form. A refusal that is for the page as a whole is given back.
    pub(crate) fn of(refusal: Refusal, text: &Text, fields: &[FieldError]) -> Result<Self, Refusal> {
        if refusal.is_of_page() {
            return Err(refusal);
        }
        let mut items: Vec<(Option<&'static str>, String)> = Vec::new();
        for (cause, field, id) in fields {
            let meant = match cause {
                Cause::Pointer(pointer) => refusal.errors.iter().any(|error| error.pointer() == *pointer),
                Cause::Kind(kind) => refusal.kind == *kind,
            };
            if meant {
                items.push((Some(*field), text.say(id)));
            }
        }
        if items.is_empty() {
            items.push((None, refusal.words(text)));
        }
        Ok(Self { status: Some(refusal.status()), items })
    }

    /// One thing is wrong, which only the page knows.
    pub(crate) fn at(field: &'static str, says: String) -> Self {
        Self { status: Some(StatusCode::UNPROCESSABLE_ENTITY), items: vec![(Some(field), says)] }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.status.unwrap_or(StatusCode::OK)
    }

    /// Whether nothing was wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What is wrong with a field.
    pub(super) fn of_field(&self, field: &str) -> Option<&str> {
        self.items.iter().find(|(other, _)| *other == Some(field)).map(|(_, says)| says.as_str())
    }

    /// All of it at the top of the page, each leading to its field.
    pub(super) fn summary(&self, text: &Text) -> Markup {
        html! {
            @if !self.is_empty() {
                div class="summary" role="alert" tabindex="-1" autofocus aria-labelledby="summary-title" {
                    h2 id="summary-title" { (text.say("form-errors")) }
                    ul {
                        @for (field, says) in &self.items {
                            li {
                                @match field {
                                    Some(field) => a href={ "#" (field) } { (says) },
                                    None => (says),
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
