//! The lines.

use event_store::Precedence;
use event_store::records::rate_limit::Limit;

use super::{Counted, Guard, Repeat, Writing};
use crate::limits;

const fn line(operation: &'static str, guard: Guard) -> Writing {
    Writing {
        operation,
        guard,
        precedence: Precedence::Ordinary,
        limit: Counted::AsCommand,
        repeat: Repeat::Same,
    }
}

/// For a caller that is signed in.
const fn session(operation: &'static str) -> Writing {
    line(operation, Guard::Session)
}

/// For a caller that has given the password again.
const fn sudo(operation: &'static str) -> Writing {
    line(operation, Guard::Sudo)
}

/// For whom the route alone knows, and counts by `limits`. Without a known caller there is no Idempotency-Key.
const fn open(operation: &'static str, limits: &'static [Limit]) -> Writing {
    line(operation, Guard::ByRoute).counted_by_route(limits).anew()
}

/// For the holder of the link of a mail. A link is tried as secrets are.
const fn link(operation: &'static str) -> Writing {
    line(operation, Guard::Link).counted_by_route(&[limits::TRIES_OF_ADDRESS])
}

impl Writing {
    /// It ends an intrusion, or is needed to end it.
    const fn first(self) -> Self {
        Self { precedence: Precedence::EndsIntrusion, ..self }
    }

    const fn so_often(self, limit: Limit) -> Self {
        Self { limit: Counted::OfAccount(limit), ..self }
    }

    const fn counted_by_route(self, limits: &'static [Limit]) -> Self {
        Self { limit: Counted::ByRoute(limits), ..self }
    }

    /// A repeat is carried out again.
    const fn anew(self) -> Self {
        Self { repeat: Repeat::Anew, ..self }
    }

    /// Its answer holds a secret; how to come by another.
    const fn secret(self, another: &'static str) -> Self {
        Self { repeat: Repeat::Told(another), ..self }
    }
}

const REVEAL: &str =
    "The credentials were shown once: an owner reveals them with POST /v1/projects/{id}/credentials/reveal.";

pub(super) const WRITINGS: [Writing; 70] = [
    // Sessions.
    open("signIn", &[limits::TRIES_OF_ADDRESS, limits::FAMILIAR, limits::STRANGERS]).first(),
    open("signInSecondStep", &[limits::TRIES_OF_ADDRESS]).first(),
    open("sendSignInCode", &[limits::TRIES_OF_ADDRESS, limits::CODES_SENT]).first(),
    open("askForPasskey", &[limits::TRIES_OF_ADDRESS]).first(),
    open("signInWithPasskey", &[limits::TRIES_OF_ADDRESS]).first(),
    session("askForPasskeyInSession").first().counted_by_route(&[limits::QUESTIONS]).anew(),
    session("reauthenticate")
        .first()
        .counted_by_route(&[limits::TRIES_OF_SESSION])
        .secret("The session has another token: where it was lost, sign in anew with POST /v1/sessions."),
    session("signOut").first(),
    session("endSession").first(),
    session("endOtherSessions").first(),
    open("askForPasswordReset", &[limits::TRIES_OF_ADDRESS, limits::MAILS]),
    link("choosePassword").first(),
    link("confirmEmail"),
    link("undoEmailChange").first(),
    link("undoBillingEmail").first(),
    link("undoSecondFactor").first(),
    link("objectToFactorRemovalByLink").first(),
    // The account.
    session("changeMe").counted_by_route(&[limits::MAILS]),
    session("changePreferences"),
    sudo("changeEmail").counted_by_route(&[limits::MAILS]),
    session("cancelEmailChange").first(),
    session("changePassword").first().counted_by_route(&[limits::TRIES_OF_SESSION]),
    sudo("changePhone").counted_by_route(&[limits::CODES_SENT]),
    session("verifyPhone")
        .counted_by_route(&[limits::TRIES_OF_SESSION])
        .secret("The recovery codes were shown once: make others with POST /v1/me/recovery-codes."),
    sudo("removePhone").first(),
    sudo("addAuthenticatorApp")
        .so_often(limits::NEW_APPS)
        .secret("The secret was shown once: have another with another Idempotency-Key."),
    session("verifyAuthenticatorApp")
        .counted_by_route(&[limits::TRIES_OF_SESSION])
        .secret("The recovery codes were shown once: make others with POST /v1/me/recovery-codes."),
    sudo("removeAuthenticatorApp").first(),
    sudo("askForNewPasskey").so_often(limits::NEW_PASSKEYS).anew(),
    sudo("addPasskey")
        .so_often(limits::NEW_PASSKEYS)
        .secret("The recovery codes were shown once: make others with POST /v1/me/recovery-codes."),
    session("renamePasskey"),
    sudo("removePasskey").first(),
    session("objectToFactorRemoval").first(),
    sudo("makeRecoveryCodes")
        .so_often(limits::RECOVERY_CODES)
        .secret("The recovery codes were shown once: make others with another Idempotency-Key."),
    sudo("makeGdprToken")
        .so_often(limits::GDPR_TOKENS)
        .secret("The token was shown once: make another with another Idempotency-Key."),
    session("revokeGdprToken").first(),
    sudo("deleteMe").first(),
    sudo("endMe").first(),
    sudo("requestPrivacy").so_often(limits::PRIVACY_REQUESTS),
    session("cancelPrivacyRequest"),
    session("disableArchive").first(),
    // Organizations.
    session("createOrganization").counted_by_route(&[limits::CREATIONS]),
    session("renameOrganization"),
    sudo("demandSecondFactor").so_often(limits::DEMANDS),
    sudo("changeRole").so_often(limits::STANDINGS),
    sudo("removeMember").first().so_often(limits::STANDINGS),
    sudo("invite").counted_by_route(&[limits::INVITATIONS, limits::MAILS, limits::INVITATIONS_OF_RECIPIENT]),
    session("revokeInvitation").first(),
    session("acceptInvitation").counted_by_route(&[limits::TRIES_OF_ADDRESS]),
    link("lookUpInvitation").anew(),
    link("declineInvitation"),
    link("registerInvited").secret("The account is open: sign in with POST /v1/sessions."),
    // Projects.
    session("createProject").counted_by_route(&[limits::CREATIONS]).secret(REVEAL),
    session("renameProject"),
    sudo("addProjectOwner").so_often(limits::STANDINGS),
    sudo("removeProjectOwner").first().so_often(limits::STANDINGS),
    sudo("revealCredentials")
        .so_often(limits::REVEALS)
        .secret("The credentials were shown once: reveal them again with another Idempotency-Key."),
    sudo("resetCredentials").first().so_often(limits::RESETS).secret(REVEAL),
    session("retirePreviousCredentials").first(),
    // Operators and gateways.
    line("registerAccount", Guard::Operator),
    line("endSessionsOfAccount", Guard::Operator).first(),
    line("beginFactorRemoval", Guard::Operator),
    line("provisionOrganization", Guard::Operator),
    line("provisionMember", Guard::Operator),
    line("provisionProject", Guard::Operator).secret(REVEAL),
    line("retryParkedEvents", Guard::PrivacyDesk),
    line("retryMessages", Guard::PrivacyDesk),
    line("introspect", Guard::Gateway).anew(),
    line("revoke", Guard::Gateway).anew().first(),
    // Ingestion.
    open("track", &[limits::USAGE_OF_PROJECT, limits::USAGE_OF_NETWORK, limits::USAGE_OF_PERSON]),
];
