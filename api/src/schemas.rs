//! Named schemas: the closed sets of words in bodies and answers, so that a generated client has one type for each; and files.
//!
//! What a value is comes from the domain; one that is added there and is missing here does not compile.

use std::borrow::Cow;

use domain::account::{self, IdentityProof as Proof};
use domain::law::Laws;
use domain::{operator, organization, privacy_request as request};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[doc = $says:literal])+ $name:ident of $values:ty { $($value:ident),+ })+) => {$(
        $(#[doc = $says])+
        pub(crate) enum $name {}

        impl $name {
            /// Every value there is.
            const ALL: &'static [$values] = &[$(<$values>::$value),+];

            /// A value that is missing above has no arm here.
            const _COMPLETE: fn($values) = |value| match value { $(<$values>::$value => ()),+ };
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of(concat!($($says),+).trim(), $name::ALL)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

words! {
    /// What a member may do in an organization.
    Role of organization::Role { Owner, Admin, Member }
    /// A language in which the service speaks: English or German.
    Language of domain::Language { En, De }
    /// How codes come to a phone: by text or by a call.
    Channel of account::Channel { Sms, Call }
    /// How it was proved who has lost the second factor: by a document, by calling back at a number that was known before, or otherwise.
    IdentityProof of Proof { DocumentSeen, CalledBack, Other }
    /// Everything we hold of a person, as an archive; or the erasure of what was collected about the use: the account stays.
    RequestKind of request::Kind { Export, Erasure }
    /// Where a request stands.
    RequestState of request::State { Received, CoolingOff, Running, Packaging, Verifying, Completed, Expired, Cancelled }
    /// Why an archive cannot be had any longer.
    ArchiveEnd of request::ArchiveEnd { Expired, Disabled, Erased }
    /// Why a message did not reach whom it was for.
    UndeliverableReason of domain::Undeliverable { AccountEnded, NoAddress, Refused, PutOff, Unconfirmed, TooLate, Unreadable, NoGateway }
    /// What the events of a history are about. Looks at secrets and data are of another topic as well.
    Topic of domain::Topic { SignIns, Security, Profile, Privacy, Organizations, Messages, Looks }
    /// What an operator's token allows: all of the operators' routes; reading what happened; asking what credentials are worth; or the privacy desk.
    OperatorScope of operator::OperatorScope { Admin, Audit, Introspect, Privacy }
    /// What was told by mail about a request.
    RequestNotice of request::Notice { Received, ArchiveReady, ArchiveExpiring, Erased, Cancelled }
}

/// The law a request is made under.
pub(crate) enum Regulation {}

impl PartialSchema for Regulation {
    fn schema() -> RefOr<Schema> {
        one_of("The law a request is made under, by its id in the table of laws.", &Laws::built_in().ids())
    }
}

impl ToSchema for Regulation {
    fn name() -> Cow<'static, str> {
        "Regulation".into()
    }
}

/// A text that is one of `values`.
fn one_of(says: &str, values: &[impl Serialize]) -> RefOr<Schema> {
    let words = values.iter().filter_map(|value| serde_json::to_value(value).ok());
    let words: Vec<Value> = words.collect();
    let object =
        ObjectBuilder::new().schema_type(Type::String).description(Some(says)).enum_values(Some(words));
    Schema::Object(object.build()).into()
}

/// An archive.
pub(crate) enum ArchiveFile {}

impl PartialSchema for ArchiveFile {
    fn schema() -> RefOr<Schema> {
        bytes("application/zip", "A ZIP archive")
    }
}

impl ToSchema for ArchiveFile {
    fn name() -> Cow<'static, str> {
        "ArchiveFile".into()
    }
}

/// An image of one transparent point.
pub(crate) enum Pixel {}

impl PartialSchema for Pixel {
    fn schema() -> RefOr<Schema> {
        bytes("image/gif", "An image of one transparent point")
    }
}

impl ToSchema for Pixel {
    fn name() -> Cow<'static, str> {
        "Pixel".into()
    }
}

/// Bytes, and no text: an array of numbers it is not either.
fn bytes(media_type: &str, says: &str) -> RefOr<Schema> {
    let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
    let object = ObjectBuilder::new().schema_type(Type::String).format(Some(format));
    Schema::Object(object.content_media_type(media_type).description(Some(says)).build()).into()
}
