//! Grave acts: one list of what changes who may do what, where mails or money go, what leaves the house, and what
//! deletes (OWASP ASVS 5.0, 7.5.1).
//!
//! Every grave act wants a fresh proof and tells those it concerns. A route that changes something is on this list, as
//! grave or with the reason why it is not; the description of the interface shows it, and tests do each grave act and
//! compare who was told.

use domain::account::AccountNotice as N;

use Proof::{Code, Link, OperatorToken, Password, Sudo};
use Weight::{Grave, Light};
use Whom::{Address, Holder, Member, Owners, ProjectOwners};
use Why::{Deletion, Destination, Disclosure, Rights};

/// A route, and how grave it is to use it.
pub(crate) struct Act {
    /// Its method and path.
    pub(crate) route: &'static str,
    pub(crate) weight: Weight,
}

/// How grave an act is.
pub(crate) enum Weight {
    /// It wants a fresh proof, and is told.
    Grave(Why, Proof, &'static [(Whom, N)]),
    /// It is not, for this reason.
    Light(&'static str),
}

/// What makes an act grave.
#[derive(Clone, Copy)]
pub(crate) enum Why {
    /// It changes who may do what.
    Rights,
    /// It changes where mails, codes or money go.
    Destination,
    /// Something leaves the house.
    Disclosure,
    /// Something ends for good.
    Deletion,
}

/// The proof that a grave act wants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A session that was elevated within the last ten minutes.
    Sudo,
    /// The password, in the request itself.
    Password,
    /// The link of a mail.
    Link,
    /// A code that was sent to the new phone, or that the new app shows.
    Code,
    /// The token of an operator.
    OperatorToken,
}

/// Those who are told.
#[derive(Clone, Copy)]
pub(crate) enum Whom {
    /// The holder of the account.
    Holder,
    /// Another address or phone of the account: the new one, or the one from before.
    Address,
    /// The member whose rights change.
    Member,
    /// The owners of the organization, the acting one among them.
    Owners,
    /// The owners of the project, the acting one among them.
    ProjectOwners,
}

impl Why {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Rights => "rights",
            Self::Destination => "destination",
            Self::Disclosure => "disclosure",
            Self::Deletion => "deletion",
        }
    }
}

impl Proof {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sudo => "sudo",
            Self::Password => "password",
            Self::Link => "link",
            Self::Code => "code",
            Self::OperatorToken => "operator_token",
        }
    }
}

impl Whom {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Address => "address",
            Self::Member => "member",
            Self::Owners => "owners",
            Self::ProjectOwners => "project_owners",
        }
    }
}

const fn grave(route: &'static str, why: Why, proof: Proof, tells: &'static [(Whom, N)]) -> Act {
    Act { route, weight: Grave(why, proof, tells) }
}

const fn light(route: &'static str, reason: &'static str) -> Act {
    Act { route, weight: Light(reason) }
}

const TEAM: &[(Whom, N)] = &[(Member, N::RoleChanged), (Owners, N::TeamChanged)];
const PROJECT: &[(Whom, N)] = &[(Member, N::ProjectOwnersChanged), (ProjectOwners, N::ProjectOwnersChanged)];

const ENDING: &[(Whom, N)] =
    &[(Holder, N::AccountDeleted), (Member, N::RoleChanged), (Owners, N::TeamChanged)];

const GRAVE: &[Act] = &[
    grave("PUT /v1/organizations/{id}/members/{account_id}", Rights, Sudo, TEAM),
    grave(
        "DELETE /v1/organizations/{id}/members/{account_id}",
        Rights,
        Sudo,
        &[(Member, N::MembershipEnded), (Owners, N::TeamChanged)],
    ),
    grave("POST /v1/organizations/{id}/invitations", Rights, Sudo, &[(Owners, N::TeamChanged)]),
    grave(
        "PUT /v1/organizations/{id}/second-factor-demand",
        Rights,
        Sudo,
        &[(Member, N::SecondFactorDemandChanged), (Owners, N::SecondFactorDemandChanged)],
    ),
    grave("POST /v1/invitations/accept", Rights, Link, &[(Owners, N::TeamChanged)]),
    grave("POST /v1/invitations/register", Rights, Link, &[(Owners, N::TeamChanged)]),
    grave("PUT /v1/admin/organizations/{id}/members/{account_id}", Rights, OperatorToken, TEAM),
    grave("POST /v1/admin/organizations", Rights, OperatorToken, &[(Member, N::RoleChanged)]),
    grave("PUT /v1/projects/{id}/owners/{account_id}", Rights, Sudo, PROJECT),
    grave("DELETE /v1/projects/{id}/owners/{account_id}", Rights, Sudo, PROJECT),
    grave("PUT /v1/me/password", Rights, Password, &[(Holder, N::PasswordChanged)]),
    grave("PUT /v1/password-resets", Rights, Link, &[(Holder, N::PasswordChanged)]),
    grave("POST /v1/me/recovery-codes", Rights, Sudo, &[(Holder, N::RecoveryCodesIssued)]),
    grave("DELETE /v1/me/two-factor-phone", Rights, Sudo, &[(Holder, N::PhoneRemoved)]),
    grave("PUT /v1/me/two-factor-phone", Destination, Sudo, &[(Address, N::Code)]),
    grave("POST /v1/me/two-factor-phone/verify", Destination, Code, &[(Holder, N::PhoneVerified)]),
    grave("POST /v1/me/totp/verify", Rights, Code, &[(Holder, N::AuthenticatorAppAdded)]),
    grave("DELETE /v1/me/totp", Rights, Sudo, &[(Holder, N::AuthenticatorAppRemoved)]),
    grave("POST /v1/me/passkeys", Rights, Sudo, &[(Holder, N::PasskeyAdded)]),
    grave("DELETE /v1/me/passkeys/{id}", Rights, Sudo, &[(Holder, N::PasskeyRemoved)]),
    grave(
        "PUT /v1/me/email",
        Destination,
        Sudo,
        &[(Holder, N::EmailChange), (Address, N::EmailConfirmation)],
    ),
    // The address from before was told, with a link to take it back, when the change was asked for.
    grave("POST /v1/email-confirmations", Destination, Link, &[]),
    grave(
        "POST /v1/email-undos",
        Destination,
        Link,
        &[(Holder, N::EmailChangeUndone), (Holder, N::PasswordResetLink)],
    ),
    // Where it names a billing address.
    grave(
        "PATCH /v1/me",
        Destination,
        Sudo,
        &[(Holder, N::BillingEmailChanged), (Address, N::BillingEmailChanged)],
    ),
    grave(
        "POST /v1/billing-email-undos",
        Destination,
        Link,
        &[(Holder, N::BillingEmailUndone), (Holder, N::PasswordResetLink)],
    ),
    grave("POST /v1/admin/accounts/{id}/sessions/end", Rights, OperatorToken, &[(Holder, N::SessionsEnded)]),
    grave(
        "POST /v1/admin/accounts/{id}/factor-removal",
        Rights,
        OperatorToken,
        &[(Holder, N::FactorRemovalBegun)],
    ),
    grave(
        "POST /v1/factor-undos",
        Destination,
        Link,
        &[(Holder, N::SecondFactorUndone), (Holder, N::PasswordResetLink)],
    ),
    grave("POST /v1/me/gdpr-token", Disclosure, Sudo, &[(Holder, N::GdprTokenIssued)]),
    grave(
        "POST /v1/projects/{id}/credentials/reveal",
        Disclosure,
        Sudo,
        &[(ProjectOwners, N::CredentialsRevealed)],
    ),
    grave(
        "POST /v1/projects/{id}/credentials/reset",
        Disclosure,
        Sudo,
        &[(ProjectOwners, N::CredentialsReset)],
    ),
    // A worker tells of a request: that it was received, of each step, and of its end.
    grave("POST /v1/me/privacy-requests", Disclosure, Sudo, &[]),
    grave("GET /v1/me/privacy-requests/{id}/archive", Disclosure, Sudo, &[(Holder, N::ArchiveDownloaded)]),
    grave("DELETE /v1/me", Deletion, Sudo, ENDING),
    // The same, for who cannot send a body with a DELETE.
    grave("POST /v1/me/deletion", Deletion, Sudo, ENDING),
];

const LIGHT: &[Act] = &[
    light("POST /v1/sessions", "it proves itself, and a new device is told"),
    light("POST /v1/sessions/second-factor", "it proves itself, and a new device is told"),
    light("POST /v1/sessions/second-factor/code", "the code goes to the phone of the account"),
    light("POST /v1/sessions/passkey/options", "it changes nothing"),
    light("POST /v1/sessions/passkey", "it proves itself, and a new device is told"),
    light("POST /v1/sessions/reauthenticate", "it is the proof"),
    light("POST /v1/sessions/reauthenticate/options", "it changes nothing"),
    light("POST /v1/me/totp", "nothing counts before the first code, and that is told"),
    light("POST /v1/me/passkeys/options", "it changes nothing"),
    light("PATCH /v1/me/passkeys/{id}", "a name gives nobody a right"),
    light("DELETE /v1/me/email/pending", "everything stays as it is, and it must be quick"),
    light("DELETE /v1/sessions/current", "it only takes away, and must be quick"),
    light("DELETE /v1/sessions/{id}", "it only takes away, and must be quick"),
    light("DELETE /v1/sessions", "it only takes away, and must be quick"),
    light("POST /v1/password-resets", "the link goes to the holder alone"),
    light("POST /v1/invitations/lookup", "it changes nothing"),
    light("POST /v1/invitations/decline", "it only takes away, for who holds the link"),
    light(
        "DELETE /v1/organizations/{id}/invitations/{invitation_id}",
        "it only takes away what nobody has yet",
    ),
    light("POST /v1/organizations", "what is new is nobody's yet but one's own"),
    light("PATCH /v1/organizations/{id}", "a name gives nobody a right"),
    light(
        "POST /v1/organizations/{id}/projects",
        "what is new holds no data, and its secret opens nothing else",
    ),
    light("PATCH /v1/projects/{id}", "a name gives nobody a right"),
    light(
        "POST /v1/projects/{id}/credentials/retire-previous",
        "it only takes away what a reset has replaced",
    ),
    light("PUT /v1/me/preferences", "a switch is turned back as quickly, and each turn is a consent record"),
    light("DELETE /v1/me/factor-removal", "it keeps the account as it is, must be quick, and is told"),
    light("POST /v1/factor-removal-objections", "it keeps the account as it is, must be quick, and is told"),
    light("DELETE /v1/me/gdpr-token", "it only takes away, and is told"),
    light("DELETE /v1/me/privacy-requests/{id}", "nothing leaves the house and nothing is deleted"),
    light("DELETE /v1/me/privacy-requests/{id}/archive", "it only takes away"),
    light("POST /v1/admin/accounts", "an account that nobody had before"),
    light("POST /v1/admin/projects", "what is new holds no data"),
    light("POST /v1/admin/parked-events/retry", "what happened is read again, and nothing new happens"),
    light("POST /v1/admin/messages/retry", "a message goes sooner where it was going anyway"),
    light("POST /v1/introspect", "it changes nothing"),
    light("POST /v1/revoke", "it only takes away, and is told"),
];

/// Every act.
pub(crate) fn acts() -> impl Iterator<Item = &'static Act> {
    GRAVE.iter().chain(LIGHT)
}

/// How grave it is to use a route; none where it only shows something.
pub(crate) fn weight_of(route: &str) -> Option<&'static Weight> {
    acts().find(|act| act.route == route).map(|act| &act.weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_that_changes_something_is_grave_or_has_a_reason_not_to_be() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let mut routes = BTreeSet::from(["GET /v1/me/privacy-requests/{id}/archive".to_owned()]);
        for (path, item) in document["paths"].as_object().unwrap() {
            let methods = item.as_object().unwrap().keys().filter(|method| *method != "get");
            routes.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        routes.remove("POST /track");
        let listed: Vec<String> = acts().map(|act| act.route.to_owned()).collect();
        assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), routes, "how grave is it?");
        assert_eq!(listed.len(), routes.len(), "one act a route");
        assert!(LIGHT.iter().all(|act| matches!(act.weight, Light(reason) if reason.len() > 10)));
    }

    /// Where the route tells no person, it was told before or is told by a worker: the list says so beside it.
    #[test]
    fn whoever_is_concerned_is_told() {
        let untold: Vec<&str> = GRAVE
            .iter()
            .filter(|act| matches!(act.weight, Grave(_, _, tells) if tells.is_empty()))
            .map(|act| act.route)
            .collect();
        assert_eq!(untold, ["POST /v1/email-confirmations", "POST /v1/me/privacy-requests"]);
    }
}
