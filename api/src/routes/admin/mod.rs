//! `/v1/admin`: what operators do, with their own tokens.

mod accounts;
mod checkpoint;
mod history;
mod log_health;
mod look;
mod messages;
mod operators;
mod organizations;
mod parked;
mod parked_retry;
mod privacy_requests;
mod projects;
mod recovery;
mod register;
mod state;

pub(crate) use accounts::{FoundAccount, FoundAccounts};
pub(crate) use log_health::{LogHealth, PassedVerification, ReadModel, SignedCheckpoint};
pub(crate) use messages::{MessageBody, MessagePage, MessagesRetried};
pub(crate) use operators::{OperatorBody, OperatorList};
pub(crate) use parked::{ParkedBody, ParkedPage};
pub(crate) use parked_retry::ParkedRetried;
pub(crate) use privacy_requests::{
    DayBody, DeskRequestBody, DeskRequestList, DeskRequestRow, KindCount, RequestStatisticsBody,
    TimeToCompletionBody, TimesToCompletion,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(register::register, accounts::find))
        .routes(routes!(organizations::create))
        .routes(routes!(organizations::put_member))
        .routes(routes!(projects::create))
        .routes(routes!(recovery::end_sessions))
        .routes(routes!(recovery::begin_factor_removal))
        .routes(routes!(history::show))
        .routes(routes!(state::show))
        .routes(routes!(parked::list))
        .routes(routes!(parked_retry::retry))
        .routes(routes!(messages::list))
        .routes(routes!(messages::retry))
        .routes(routes!(checkpoint::checkpoint))
        .merge(privacy_requests::routes())
        .routes(routes!(log_health::show))
        .routes(routes!(operators::list))
}
