//! What inventory does when others have published.

mod catalog;
mod order;

pub(crate) use catalog::OnCatalog;
pub(crate) use order::OnOrder;

use kernel::Envelope;
use kernel_db::Cause;

/// What led to something that a batch of events has led to: known when it was one event.
fn cause_of(events: &[Envelope]) -> Cause {
    match events {
        [event] => Cause::from(event),
        _ => Cause::default(),
    }
}
