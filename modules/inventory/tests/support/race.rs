//! A thousand buyers and fifty units.

use std::sync::Arc;

use inventory_contract::StockRefusal;
use port::PortError;
use tokio::task::JoinSet;

use crate::house::House;

pub(crate) const UNITS: i64 = 50;
const BUYERS: usize = 1_000;
const CLIENTS: usize = 16;

/// What became of the buyers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) sold: usize,
    pub(crate) refused: usize,
    /// Told neither yes nor no.
    pub(crate) failed: usize,
}

/// What I1 asks for: exactly all sold, everyone else told so.
pub(crate) const FAIR: Tally = Tally { sold: 50, refused: 950, failed: 0 };

/// Sixteen clients order, one after the other, for a thousand buyers in all.
pub(crate) async fn thousand_buyers(house: &Arc<House>, lines: &'static [(&'static str, i64)]) -> Tally {
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let house = house.clone();
        let buyers = (client..BUYERS).step_by(CLIENTS);
        clients.spawn(async move {
            let mut tally = Tally::default();
            for _ in buyers {
                tally.count(&house.hold(house.new_order(), lines).await);
            }
            tally
        });
    }
    let tallies = clients.join_all().await;
    tallies.into_iter().fold(Tally::default(), |sum, tally| Tally {
        sold: sum.sold + tally.sold,
        refused: sum.refused + tally.refused,
        failed: sum.failed + tally.failed,
    })
}

impl Tally {
    fn count<T>(&mut self, answer: &Result<T, PortError<StockRefusal>>) {
        match answer {
            Ok(_) => self.sold += 1,
            Err(PortError::Refused(StockRefusal::OutOfStock { .. })) => self.refused += 1,
            Err(_) => self.failed += 1,
        }
    }
}
