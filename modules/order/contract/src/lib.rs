//! What other modules may know of orders: their news. Nobody calls order.

mod event;

pub use event::{
    OrderCancelled, OrderConfirmed, OrderEvent, OrderFulfilled, OrderLine, OrderPlaced, OrderRejected,
    OrderReturnRefused, OrderReturnRequested, OrderReturned, ReturnedLine,
};
