//! Inventory as others meet it: through its port, its events and its routes, on both databases.
#![cfg(test)]

#[path = "../support/house.rs"]
mod house;
#[path = "../support/race.rs"]
mod race;

mod claims;
mod conforms;
mod crowds;
mod events;
mod ledger;
mod mending;
mod races;
mod routes;
mod sweeping;
mod unpaid;

/// Each story is played on SQLite, and on Postgres when `BANYAN_TEST_POSTGRES` says where one is.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($house:ident: House) $story:block)+) => {$(
        mod $name {
            use super::*;

            $(#[$doc])*
            async fn story($house: House) $story

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story(House::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(house) = House::on_postgres().await {
                    story(house).await;
                }
            }
        }
    )+};
}
pub(crate) use on_both;
