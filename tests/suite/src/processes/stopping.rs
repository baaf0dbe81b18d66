//! A store that is told to stop finishes what it has begun.

use crate::harness::{Kind, Order, Place, Program, eventually, run, together};

#[test]
fn requests_under_way_are_answered() {
    let _turn = together();
    for kind in Kind::available() {
        run(async {
            let place = Place::new(kind);
            let program = Program::at(&place);
            let store = program.serves().await;
            store.admin().stocks("cup", 50, 100).await;
            let ada = store.guest("ada");
            let slow = async { ada.buys_with("tok_slow_3s", &[("cup", 1)]).await };
            let stop = async {
                eventually("the order is being placed", async || {
                    let taken = store.admin().get("/orders?status=placed").await.expect_status(200).items();
                    (taken.len() == 1).then_some(())
                })
                .await;
                store.signal("TERM");
            };
            let (answer, ()) = tokio::join!(slow, stop);
            assert!(matches!(answer.status, 201 | 202), "{answer}");
            let log = store.log();
            let status = store.ends().await;
            assert!(status.success(), "{status}: {log}");

            let order = Order::of(&answer);
            let again = program.serves().await;
            let ended = again.guest("ada").reads_until(&order, |read| read.text("/status") != "placed").await;
            assert_eq!(ended.text("/status"), "confirmed", "what was begun goes on");
            again.stops().await;
            let checked = program.says(&["check"]).await;
            assert_eq!(checked.code, Some(0), "{checked:?}");
            place.clear().await;
        });
    }
}
