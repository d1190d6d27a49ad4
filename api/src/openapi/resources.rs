//! What the paths name: the parameter for each id, and the refusal where there is no such thing.

use serde_json::json;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Schema, Type};
use utoipa::openapi::{RefOr, Required};

use super::common::{forbid_also, has_parameter, refuse, simple};

/// What an id in a path is of: where it stands, what it is, the prefix of the id, and what is said where there is none.
/// The outer ones of a path come first.
const RESOURCES: [(&str, &str, &str, &str); 9] = [
    ("accounts/{id}", "The account", "acc", "There is no such account"),
    ("organizations/{id}", "The organization", "org", "There is none, or one is no member of it"),
    ("members/{account_id}", "The member", "acc", "One is no member, or they are none"),
    (
        "invitations/{invitation_id}",
        "The invitation",
        "inv",
        "One is no member, or there is no such invitation any more",
    ),
    ("projects/{id}", "The project", "prj", "There is none, or one is no member of its organization"),
    ("owners/{account_id}", "The member", "acc", "There is none, or one is no member of its organization"),
    ("privacy-requests/{id}", "The request", "req", "The account has no such request"),
    ("passkeys/{id}", "The passkey", "pky", "The account has no such passkey"),
    ("sessions/{id}", "The session", "ses", "The account has no such session"),
];

/// What a member without a second factor is refused, where one is demanded.
const DEMANDING: [&str; 2] = ["/v1/organizations/{id}", "/v1/projects/{id}"];

/// Adds what the operation does not say of them itself.
pub(super) fn add(path: &str, operation: &mut Operation) {
    let mut named = RESOURCES.iter().filter(|(place, ..)| path.contains(place));
    for (index, (place, description, prefix, _)) in named.clone().enumerate() {
        let name = place.split(['{', '}']).nth(1).unwrap_or_default();
        if !has_parameter(operation, name) {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(Some(*description))
                .schema(Some(Schema::Object(simple(Type::String))))
                .example(Some(json!(format!("{prefix}_01h455vb4pex5vsknk084sn02q"))));
            operation.parameters.get_or_insert_default().insert(index, RefOr::T(parameter.build()));
        }
    }
    // That it is there is shown to such a member as well.
    let is_shown = operation.operation_id.as_deref() == Some("getOrganization");
    if DEMANDING.iter().any(|place| path.starts_with(place)) && !is_shown {
        let text = "One lacks the second factor that the organization demands";
        forbid_also(operation, "second-factor-demanded", text);
    }
    if let Some((.., missing)) = named.next_back() {
        refuse(operation, 404, format!("{missing}: `not-found`"));
    }
}
