//! The machine's clock is turned while people buy.

use std::time::Duration;

use crate::harness::{Order, Shop, stories};

stories!(a_clock_that_jumps_neither_loses_a_hold_nor_keeps_an_order_waiting);

/// An order waits for its provider, and another is placed right after each jump: an hour ahead no hold lapses and no
/// order is given up, an hour back nothing waits for that hour to pass.
async fn a_clock_that_jumps_neither_loses_a_hold_nor_keeps_an_order_waiting(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 50, 250).await;
    for minutes in [65, -130, 65] {
        // The clock jumps while the order waits for its provider, which takes half a second.
        let jump = async {
            for _ in 0..20 {
                if !admin.get("/orders?status=placed").await.each("id").is_empty() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            shop.clocks_jump(minutes);
        };
        let (waiting, ()) = tokio::join!(ada.buys_with("tok_pending_then_approve", &[("cup", 1)]), jump);
        let waiting = Order::of(&waiting);
        let bought = ada.has_bought(&[("cup", 2)]).await;
        ada.reads_until(&waiting, |read| read.text("/status") == "confirmed").await;
        shop.settle().await;
        for order in [&waiting, &bought] {
            let read = ada.reads(order).await;
            assert_eq!(
                (read.text("/status"), read.text("/payment/status")),
                ("confirmed".to_owned(), "captured".to_owned())
            );
            let told = ada.timeline(order).await;
            assert!(!told.to_string().contains("hold-expired"), "{minutes} minutes: {told}");
        }
        ada.cancels(&bought).await.expect_status(200);
        ada.reads_until(&bought, |read| read.number("/payment/refunded") == 500).await;
    }
    shop.settle().await;
    let level = admin.level("cup").await;
    assert_eq!((level.held, level.committed, level.available), (0, 3, 47));
}
