//! What each problem means to a caller that meets it, and what to do: the text of its page.

use super::Kind;

impl Kind {
    /// Why it is told, and what makes the request succeed.
    pub(crate) fn advice(self) -> (&'static str, &'static str) {
        self.of_requests()
            .or_else(|| self.of_callers())
            .or_else(|| self.of_things())
            .unwrap_or_else(|| self.of_us())
    }

    /// Problems of the request as it was written.
    fn of_requests(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Malformed => (
                "The body, the path or a header is not of the form that it must have: JSON that does not end, for instance.",
                "Correct the request. A repeat of the same request is refused again.",
            ),
            Self::InvalidParameters => (
                "A parameter of the query is unknown, or has a value that it cannot have. `errors` names it.",
                "Correct or leave out the parameter. Take a `cursor` only from the answer before.",
            ),
            Self::InvalidIdempotencyKey => (
                "The header has more than one value, or is not 1 to 255 visible ASCII characters.",
                "Send one key: a UUID, for instance.",
            ),
            Self::InvalidInput => (
                "The body can be read, but something in it is missing, unknown or wrong. `errors` names each place and says what \
                 would be right.",
                "Correct what `errors` names, and send the request again.",
            ),
            Self::IdempotencyKeyReused => (
                "A request with this Idempotency-Key came before, and it was another one.",
                "Use a new key for each new request, and the same key only to repeat the same request.",
            ),
            Self::UnsupportedMediaType => (
                "The header Content-Type names another media type than the operation takes.",
                "Send the body in a media type that the description of the operation names; for most it is `application/json`.",
            ),
            Self::TooLarge => (
                "The body is larger than the operation takes.",
                "Send less: split what is sent over several requests.",
            ),
            Self::BodyTooSlow => (
                "The body did not come in the time that there is for it.",
                "Send the request again; over a slow connection, send less at once.",
            ),
            Self::RangeNotSatisfiable => (
                "The first byte asked for lies behind the end of the archive. The header Content-Range says how long it is.",
                "Ask for a range within the archive, or leave out the header Range.",
            ),
            Self::PreconditionFailed => (
                "The header If-Match names a state that is not the present one: it was changed by another request.",
                "Fetch it again, look whether the change is still wanted, and send it with the new ETag.",
            ),
            Self::MethodNotAllowed => (
                "There is something at this path, but it does not take this method.",
                "Use a method that the header Allow names.",
            ),
            Self::NotFound => (
                "There is nothing at this path, or nothing that you may see: both are answered alike.",
                "Look at the path and at the ids in it, and at whose token or session you send.",
            ),
            _ => return None,
        })
    }

    /// Problems of the caller.
    fn of_callers(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Unauthenticated => (
                "There is no token or session in the request, or it has ended.",
                "Sign in, and send the new token. Drop the one from before: it will not work again.",
            ),
            Self::WrongCredentials => (
                "No account has this address and this password. It is not told which of them is wrong.",
                "Look at both. With a link that is sent by mail another password can be chosen.",
            ),
            Self::CredentialUnknown => (
                "What was shown is no credential of this service.",
                "Look whether all of it was copied, and whether it is meant for this service.",
            ),
            Self::CredentialExpired => (
                "The credential was good until its time was over.",
                "Make a new one in the settings, and replace it wherever it is used.",
            ),
            Self::CredentialRevoked => (
                "The credential was ended, or replaced by a new one.",
                "Use the new one. If nobody is known to have ended it, ask the owners of the project or the holder of the account.",
            ),
            Self::CredentialRetired => (
                "The credentials of the project were reset, and the old pair has worked for as long as was chosen then.",
                "Use the new pair.",
            ),
            Self::WrongPassword => (
                "The session is good, but the password that was given again is not that of the account.",
                "Give the password of the account. The session goes on.",
            ),
            Self::WrongCode => (
                "The code is not the one that was sent or that the app shows, was used before, or is older than ten minutes.",
                "Type the newest code, or ask for another. After five wrong tries the question is dead: ask anew.",
            ),
            Self::WrongPasskey => (
                "The passkey was removed or is of another service, it answered a question of more than five minutes ago or of \
                 another page, or the device did not ask for your finger, face or PIN.",
                "Ask for the options anew, and answer them on the page of this service. A passkey that was removed here can be \
                 removed from the device.",
            ),
            Self::SecondFactorRequired => (
                "The account has a second factor. `second_factor` says which count, and where a code was sent, if one was.",
                "Send the request again with the code of the app or of the phone, or with one of the recovery codes; with \
                 `send_code` a code is sent to the phone. Or show a passkey instead.",
            ),
            Self::InsufficientScope => (
                "The token is good, but was made for something else.",
                "Use a token whose scope the operation takes; operators make one with `operators create`.",
            ),
            Self::InsufficientRole => (
                "A member with your role may not do this in this organization or project.",
                "Ask an owner of the organization to do it, or for another role.",
            ),
            Self::SecondFactorDemanded => (
                "You are a member of the organization that `organization_id` names, but your account has no second factor. Without \
                 one you see that it is there, and can leave it.",
                "Add a passkey or an authenticator app in your settings, then try again.",
            ),
            Self::SecondFactorMissing => (
                "The account has no second factor. Until it has one, it can see that it is there, add a factor, look after its \
                 sessions and sign out, and nothing else.",
                "Add a passkey or an authenticator app: `POST /v1/me/passkeys/options` or `POST /v1/me/totp`. Then send the \
                 request again.",
            ),
            Self::InvitationForAnother => (
                "You are signed in to an account with another address than the invitation was sent to.",
                "Sign in to the account with that address, or register with the link of the invitation.",
            ),
            Self::ReauthenticationRequired => (
                "This takes the password, given within the last ten minutes.",
                "Give it at `POST /v1/sessions/reauthenticate`, and send the request again.",
            ),
            Self::CrossSite => (
                "A browser sent the request from a page of another site. With the cookie of a session only pages of this service may \
                 change something.",
                "Programs send the token of a session as `Authorization: Bearer`, and no cookie.",
            ),
            Self::TooManyTries => (
                "It was tried so often that guessing or flooding could not be told apart from it.",
                "Wait for as many seconds as the header Retry-After says.",
            ),
            Self::TooMuchAtOnce => (
                "Other requests of the same account or network are under way, and take up its share.",
                "Wait for their answers, or for as many seconds as the header Retry-After says.",
            ),
            _ => return None,
        })
    }

    /// Problems of what the request is about.
    fn of_things(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::EmailTaken => (
                "Another account signs in with this address.",
                "Use another address, or sign in to the account that has it.",
            ),
            Self::SameEmail => ("The account has this address already.", "Nothing needs to be done."),
            Self::NoSecondFactor => (
                "The account has no second factor, or not this one.",
                "Add an authenticator app, a passkey or a phone first, where one is wanted.",
            ),
            Self::PasskeyKnown => (
                "This passkey was added before, to this account or to another.",
                "Use another authenticator, or the passkey as it is.",
            ),
            Self::TooManyPasskeys => (
                "The account has twenty passkeys.",
                "Remove one that is no longer used, and add the new one then.",
            ),
            Self::PasskeysUnavailable => (
                "Browsers let passkeys be used under a domain name with TLS, or under `localhost`. This service is reached by an IP \
                 address, or without TLS.",
                "Have it started with an address that fits: `--public-url http://localhost:8080` on the machine itself, \
                 `--public-url https://settings.example.com` elsewhere. Until then use an authenticator app.",
            ),
            Self::AlreadyMember => {
                ("The account is a member of the organization.", "Change its role, if another one is wanted.")
            }
            Self::NotMember => {
                ("The account named is no member of the organization.", "Invite it first, or name a member.")
            }
            Self::LastOwner => (
                "Each organization has an owner, and this is its only one.",
                "Make another member an owner first.",
            ),
            Self::OwnersNeeded => (
                "The account is the only owner of organizations. `organizations` lists them, with members who could take over.",
                "Send `successors` with a member for each of them, and `close` with those that have no other member.",
            ),
            Self::OrganizationFull => (
                "There is a greatest number of members, projects and open invitations for an organization.",
                "Remove or revoke what is no longer needed.",
            ),
            Self::NoCredentials => (
                "The credentials of the project were revoked, and no new ones were made.",
                "An owner of the project makes new ones with a reset.",
            ),
            Self::NoPrevious => (
                "The project has one pair of credentials: none from before that still works.",
                "Nothing needs to be done.",
            ),
            Self::RequestOpen => (
                "One request of a kind can be open at a time. `request_id` names the one that is.",
                "Follow that request; or cancel it, and ask again.",
            ),
            Self::TooLate => (
                "What the request asks for has been done, or has begun. `state` says where it stands.",
                "Look at the request. What has begun cannot be taken back.",
            ),
            Self::ArchiveNotReady => (
                "The data is still being gathered. `state` says where the request stands.",
                "Follow the request; a mail tells when the archive can be fetched.",
            ),
            Self::ArchiveGone => (
                "The archive has expired, was disabled, or the data in it was erased.",
                "Ask for an export anew.",
            ),
            Self::DataErased => (
                "While the request was carried out, an erasure deleted what it needs.",
                "Fetch it again, and look whether the request is still wanted.",
            ),
            Self::RequestInProgress => (
                "The first request with this Idempotency-Key has not been answered yet.",
                "Wait for as many seconds as the header Retry-After says, and repeat it: the answer will be the first one's.",
            ),
            Self::AnswerNotRepeatable => (
                "The request was carried out. Its answer held a secret, which is not kept.",
                "Make another secret, as the description of the operation says.",
            ),
            Self::AnswerLost => (
                "The request was carried out, and the process ended before it could answer. Nothing is done twice.",
                "Look at what is there now. Send a request with another key only if something is missing.",
            ),
            Self::LinkDead => (
                "The link was used, was replaced by a newer one, or is too old; or not all of it was copied.",
                "Use the link of the newest mail, or ask for another.",
            ),
            _ => return None,
        })
    }

    /// Problems of the service.
    fn of_us(self) -> (&'static str, &'static str) {
        match self {
            Self::Unavailable => (
                "The database or another part that the service needs is away.",
                "Wait for as many seconds as the header Retry-After says, and repeat the request. Those who run the service see in \
                 `/readyz` what is away.",
            ),
            Self::Busy => (
                "There are more requests than the service can carry out.",
                "Wait for as many seconds as the header Retry-After says, and repeat the request.",
            ),
            Self::TimedOut => (
                "The request took longer than it may. What it was to change may or may not have been changed.",
                "Repeat it after as many seconds as the header Retry-After says; a POST with its Idempotency-Key is not done twice.",
            ),
            _ => (
                "The service has met something that it cannot deal with. It is in its log, under the id that the header X-Request-Id \
                 has.",
                "Tell those who run the service the id. A repeat may be of use.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_problem_has_words_of_its_own() {
        let said: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.advice().0).collect();
        assert_eq!(said.len(), Kind::ALL.len());
    }
}
