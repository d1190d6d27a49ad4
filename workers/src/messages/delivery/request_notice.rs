//! Notices of privacy requests: what they say is made of the request as it is when they are sent.

use domain::RequestId;
use domain::account::Account;
use domain::privacy_request::{Notice, PrivacyRequest, owes};

use super::MessageDispatcher;
use super::error::DeliveryError;
use crate::messages::mail::Message;
use crate::steps::notify;

impl MessageDispatcher {
    /// The mail, if the person is still to be told.
    pub(super) async fn write_of_request(
        &self,
        id: RequestId,
        notice: Notice,
    ) -> Result<Message, DeliveryError> {
        let (aggregate, _) = self.store.load::<PrivacyRequest>(&id.to_string()).await?;
        let request = aggregate.request.ok_or(DeliveryError::Settled)?;
        if !owes(&request, notice, self.now()) {
            return Err(DeliveryError::Settled);
        }
        let (account, _) = self.store.load::<Account>(&request.account_id.to_string()).await?;
        let Account { holder: Some(holder), .. } = account else {
            // Whoever has no account any more has nobody to be told by.
            return Err(if account.ended.is_some() {
                DeliveryError::Ended
            } else {
                DeliveryError::NoAddress
            });
        };
        notify::write(&request, notice, &holder, &self.letterhead).ok_or(DeliveryError::NoAddress)
    }
}
