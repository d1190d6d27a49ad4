//! What all pages share.

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use catalogue::{Language, Text};

use super::assets::Assets;
use crate::state::AppState;

/// A handle to it; clones share it.
#[derive(Clone)]
pub(crate) struct Pages(Arc<Shared>);

pub(crate) struct Shared {
    pub(super) state: AppState,
    /// `/v1`, within this process.
    pub(super) v1: Router,
    pub(super) assets: Assets,
}

impl Deref for Pages {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Pages {
    pub(super) fn new(state: AppState, v1: Router) -> Self {
        let assets = Assets::of(&state.config.look);
        Self(Arc::new(Shared { state, v1, assets }))
    }

    /// The name of the service.
    pub(super) fn service_name(&self) -> &str {
        &self.state.config.look.name
    }

    /// The texts in a language.
    pub(super) fn text(&self, language: Language) -> Text {
        self.state.config.catalogue.text(language)
    }
}
