//! What a call may look like, for the description. It is read by other means: nothing is built of it before it is counted.

#![expect(dead_code, reason = "describes what is sent; `payload` and `event` read it")]

use utoipa::ToSchema;

/// A list of events, or one.
#[derive(ToSchema)]
#[serde(untagged)]
pub(crate) enum UsageEvents {
    /// Several, at most 2000.
    Many(Vec<UsageEvent>),
    /// One.
    One(UsageEvent),
}

/// Something that an account holder did.
#[derive(ToSchema)]
pub(crate) struct UsageEvent {
    /// What it is called.
    #[schema(example = "Page viewed", min_length = 1, max_length = 255)]
    event: String,
    /// Of what, by whom and when; and whatever else is to be kept of it.
    properties: UsageProperties,
}

/// What an event says of itself. Members that are not named here are kept as they are.
#[derive(ToSchema)]
pub(crate) struct UsageProperties {
    /// The project's token: that of the house project. It is not stored.
    #[schema(example = "0123456789abcdef0123456789abcdef")]
    token: String,
    /// Who did it: the account.
    #[schema(example = "acc_01h455vb4pex5vsknk084sn02q", max_length = 255)]
    distinct_id: String,
    /// When, in seconds or milliseconds since 1970; the time of arrival if left out.
    #[schema(value_type = f64, required = false, example = 1_773_316_800)]
    time: Option<f64>,
    /// By what a repeat is recognised.
    #[schema(rename = "$insert_id", value_type = String, required = false, example = "5d958f87-542d", max_length = 255)]
    insert_id: Option<String>,
}

/// The same as a form.
#[derive(ToSchema)]
pub(crate) struct UsageForm {
    /// A list of events or one event, as JSON or as base64 of it.
    #[schema(
        example = r#"[{"event":"Page viewed","properties":{"token":"0123456789abcdef0123456789abcdef","distinct_id":"acc_01h455vb4pex5vsknk084sn02q"}}]"#
    )]
    data: String,
    /// 1: answer JSON that says what is wrong.
    #[schema(value_type = u8, required = false, example = 1)]
    verbose: Option<u8>,
}
