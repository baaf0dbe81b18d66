//! Events in the words of a timeline.

use inventory_contract::InventoryEvent;
use kernel::{Envelope, OrderId, Principal};
use kernel_db::ReactionError;
use order_contract::{OrderEvent, OrderLine, OrderReturned};
use payment_contract::PaymentEvent;

use crate::persistence::timeline::TimelineEntry;

/// `None` for an event that this build does not know, and for what happens to every order.
pub(super) fn of_order(envelope: &Envelope) -> Result<Option<TimelineEntry>, ReactionError> {
    let (order, what, by, detail) = match envelope.event()? {
        OrderEvent::Rejected(event) => (event.order, "rejected", None, Some(event.reason)),
        OrderEvent::Cancelled(event) => (event.order, "cancelled", event.by, Some(event.reason)),
        OrderEvent::Fulfilled(event) => (event.order, "fulfilled", event.by, Some(units(&event.lines))),
        OrderEvent::Returned(event) => (event.order, moved(&event), event.by.clone(), Some(told(&event))),
        OrderEvent::ReturnRequested(event) => {
            let detail = format!("{}: {}", units(&event.lines), event.reason);
            (event.order, "return.requested", event.by, Some(detail))
        }
        OrderEvent::ReturnRefused(event) => (event.order, "return.refused", event.by, Some(event.reason)),
        // Those stand in the order's row.
        OrderEvent::Placed(_) | OrderEvent::Confirmed(_) | OrderEvent::Unknown(_) => return Ok(None),
    };
    Ok(Some(entry(order, envelope, what, by, detail)))
}

/// A return is told in parts: the money may go back before the goods come.
const fn moved(event: &OrderReturned) -> &'static str {
    match (event.called_off, event.lines.is_empty()) {
        (true, _) => "called-off",
        (false, true) => "return.approved",
        (false, false) => "returned",
    }
}

fn told(event: &OrderReturned) -> String {
    format!("{}: {}", event.amount, event.reason)
}

pub(super) fn of_payment(order: OrderId, envelope: &Envelope, event: &PaymentEvent) -> TimelineEntry {
    let (what, detail) = match event {
        PaymentEvent::Authorized(event) => ("payment.authorized", Some(event.amount.to_string())),
        PaymentEvent::Declined(event) => ("payment.declined", Some(event.reason.clone())),
        PaymentEvent::Captured(event) => ("payment.captured", Some(event.amount.to_string())),
        PaymentEvent::Voided(_) => ("payment.voided", None),
        PaymentEvent::Refunded(event) => ("payment.refunded", Some(event.amount.to_string())),
        PaymentEvent::RefundRefused(event) => {
            ("payment.refund-refused", Some(format!("{} of {}: {}", event.refunded, event.asked, event.reason)))
        }
        PaymentEvent::Unknown(_) => ("payment.changed", None),
    };
    entry(order, envelope, what, None, detail)
}

/// `None` for what concerns no order.
pub(super) fn of_inventory(envelope: &Envelope) -> Result<Option<TimelineEntry>, ReactionError> {
    let InventoryEvent::HoldExpired(event) = envelope.event()? else { return Ok(None) };
    Ok(Some(entry(event.order, envelope, "stock.hold-expired", None, None)))
}

fn entry(order: OrderId, envelope: &Envelope, what: &str, by: Option<String>, detail: Option<String>) -> TimelineEntry {
    TimelineEntry {
        order,
        at: envelope.time,
        source: envelope.source.clone(),
        position: envelope.position,
        what: what.to_owned(),
        by: by.unwrap_or_else(|| Principal::system(&envelope.source).label()),
        detail,
    }
}

/// `2 x CUP, 1 x POT`
fn units(lines: &[OrderLine]) -> String {
    let units: Vec<String> = lines.iter().map(|line| format!("{} x {}", line.quantity, line.sku)).collect();
    units.join(", ")
}
