//! Codes of an authenticator app.
//!
//! Wrong ones are counted for the account as well as for the question: whoever knows the password can ask one question after
//! the other. When there were too many in a day no code of the app is looked at for a while, not even a right one; a passkey
//! and a recovery code still sign in.

use domain::AccountId;
use event_store::CommitExtras;
use event_store::records::rate_limit::{self, Decision};
use event_store::records::{RecordWrite, authenticator_app};
use secrecy::SecretString;

use crate::limiter::too_many;
use crate::limits::WRONG_APP_CODES;
use crate::problem::Problem;
use crate::state::AppState;
use crate::totp;

impl AppState {
    /// Whether `code` is one of the account's app that was not taken yet; it is taken with `extras`.
    pub(super) async fn is_app_code(
        &self,
        account: AccountId,
        code: &SecretString,
        extras: &mut CommitExtras,
    ) -> Result<bool, Problem> {
        let records = self.store.records();
        let Some(app) = authenticator_app::find(records, account).await? else { return Ok(false) };
        let key = account.to_string();
        if let Decision::Later(wait) = rate_limit::ask(records, WRONG_APP_CODES, &key).await? {
            let hours = wait.as_secs() / 3_600 + 1;
            let detail = format!(
                "Too many codes of the authenticator app were wrong. Use a passkey or a recovery code, or come back in \
                 {hours} hours."
            );
            return Err(too_many(WRONG_APP_CODES, wait).in_words(detail).about(Some(account)));
        }
        let step = totp::step_of(&app.secret, code, self.store.services().now())?;
        let Some(step) = step.filter(|step| *step > app.last_step) else { return Ok(false) };
        self.refund(WRONG_APP_CODES, &key).await?;
        extras.records.push(RecordWrite::TakeAppStep { app: app.id, step });
        Ok(true)
    }
}
