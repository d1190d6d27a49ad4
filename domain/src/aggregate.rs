//! What all aggregates have in common, for the framework.

/// The part of an `impl Aggregate` that differs by its types only: a command is handled by writing the events that the
/// aggregate's own `decide(&self, command, now)` returns.
macro_rules! handle_by_deciding {
    ($command:ty, $event:ty, $error:ty) => {
        type Command = $command;
        type Event = $event;
        type Error = $error;
        type Services = $crate::Services;

        async fn handle(
            &mut self,
            command: $command,
            services: &$crate::Services,
            sink: &cqrs_es::event_sink::EventSink<Self>,
        ) -> Result<(), $error> {
            for event in self.decide(command, services.now())? {
                sink.write(event, self).await;
            }
            Ok(())
        }
    };
}
pub(crate) use handle_by_deciding;
