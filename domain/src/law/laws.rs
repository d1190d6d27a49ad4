//! The table of laws.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use serde::Deserialize;

use super::id::LawId;
use super::row::{Law, LawVersion};
use super::validity::{RowProblem, problem_of, row_name};

/// The table: every law in every version, checked. A copy of it is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct Laws(Arc<[Law]>);

impl std::fmt::Debug for Laws {
    /// How many rows it has: a command that carries it is told in a line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Laws({} rows)", self.0.len())
    }
}

/// Why a text is no table of laws.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LawsError {
    /// It is not TOML, or not of the form of the table. The message names line and column.
    #[error("the table of laws cannot be read: {0}")]
    Form(String),
    /// A row makes no sense.
    #[error("the law {row} makes no sense: {problem}")]
    Row {
        /// Its id and version.
        row: String,
        /// What is wrong with it.
        problem: RowProblem,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    law: Vec<Law>,
}

impl Laws {
    /// The laws that the program brings.
    #[expect(clippy::expect_used, reason = "the table is part of the program, and a test reads it")]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Laws> = LazyLock::new(|| {
            Laws::parse(include_str!("../../laws.toml"))
                .expect("the table that the program brings makes sense")
        });
        &BUILT_IN
    }

    /// The table that `text` is, in the form of `laws.toml`.
    ///
    /// # Errors
    /// When the text has another form, or a row makes no sense: the error says which, and what to do.
    pub fn parse(text: &str) -> Result<Self, LawsError> {
        Self(Arc::default()).extended(text)
    }

    /// This table with the rows of `text` after its own: further laws, or further versions of those that it has.
    ///
    /// # Errors
    /// As of [`Laws::parse`].
    pub fn extended(&self, text: &str) -> Result<Self, LawsError> {
        let file: File = toml::from_str(text).map_err(|error| LawsError::Form(error.to_string()))?;
        let mut laws = self.0.to_vec();
        for law in file.law {
            if let Some(problem) = problem_of(&law, &laws) {
                return Err(LawsError::Row { row: row_name(&law.id, law.version), problem });
            }
            laws.push(law);
        }
        Ok(Self(laws.into()))
    }

    /// Every row, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &Law> {
        self.0.iter()
    }

    /// The id of every law, once, in the order of the table.
    pub fn ids(&self) -> Vec<&LawId> {
        self.iter().filter(|law| law.version == 1).map(|law| &law.id).collect()
    }

    /// A law as it stood in one version.
    pub fn version(&self, id: &LawId, version: LawVersion) -> Option<&Law> {
        self.iter().find(|law| law.id == *id && law.version == version)
    }

    /// The newest version of a law, in force already or not.
    pub fn newest(&self, id: &LawId) -> Option<&Law> {
        self.iter().filter(|law| law.id == *id).last()
    }

    /// The version of a law that is in force on a day at the controller's place; `None` before its first one is.
    pub fn in_force(&self, id: &LawId, day: NaiveDate) -> Option<&Law> {
        self.iter().filter(|law| law.id == *id && law.in_force_from <= day).last()
    }
}
