//! Links in mails: the token of one, and the one way to open it.
//!
//! A token comes in the body of a request and nowhere else (OWASP ASVS 5.0, 14.2.1): the path of a request stands in
//! the logs of every proxy on its way, and a refused password leaves its link alive.

use chrono::{DateTime, Utc};
use event_store::StoreError;
use event_store::records::email_link::{self, Link, Purpose};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::RequestContext;
use crate::limits;
use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::token;

/// The token of a link. A text that is none opens nothing, as a token that is too old.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct LinkToken(SecretString);

impl LinkToken {
    /// What is stored of it.
    pub(crate) fn hash(&self) -> Vec<u8> {
        token::hash(&self.0).to_vec()
    }

    fn is_well_formed(&self) -> bool {
        token::is_well_formed(token::Kind::Link, &self.0)
    }
}

/// The link that is opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenedLink {
    /// Its token: what stands behind the `#` of the address in the mail.
    #[schema(value_type = String, example = "psl_…")]
    pub(crate) token: LinkToken,
}

impl AppState {
    /// The link of a `purpose` that `token` opens now.
    ///
    /// # Errors
    /// 410 when it opens none, 429 when the network has tried too many.
    pub(crate) async fn open_link(
        &self,
        purpose: Purpose,
        token: &LinkToken,
        context: &RequestContext,
    ) -> Result<Link, Problem> {
        let pool = self.store.pool();
        self.open_with(token, context, async |hash, now| email_link::find(pool, purpose, &hash, now).await)
            .await
    }

    /// What `token` opens where `find` looks. A token that opens nothing counts as a guess of the network, and a right
    /// one does not.
    ///
    /// # Errors
    /// As [`open_link`](Self::open_link).
    pub(crate) async fn open_with<T>(
        &self,
        token: &LinkToken,
        context: &RequestContext,
        find: impl AsyncFnOnce(Vec<u8>, DateTime<Utc>) -> Result<Option<T>, StoreError>,
    ) -> Result<T, Problem> {
        let network = context.network();
        self.limit(limits::TRIES_OF_ADDRESS, &network).await?;
        let dead = || Problem::new(Kind::LinkDead);
        if !token.is_well_formed() {
            return Err(dead());
        }
        let found = find(token.hash(), self.store.services().now()).await?.ok_or_else(dead)?;
        self.refund(limits::TRIES_OF_ADDRESS, &network).await?;
        Ok(found)
    }
}
