use futures_util::future::join_all;
use port::PortError;

use super::{
    case::Outcome,
    scene::{Scene, UNITS, expect},
};
use crate::{Held, StockRefusal};

const BUYERS: usize = 16;
const TRIES: usize = 6;

/// A caller that loses patience asks again while the first call is still under way.
pub(super) async fn repeats_at_once_take_once(scene: &Scene<'_>) -> Outcome {
    let (order, until) = (scene.order(), scene.minutes(15));
    let lines = [(&scene.cup, 7), (&scene.plate, 1)];
    for answer in join_all((0..BUYERS).map(|_| scene.hold_until(order, &lines, until))).await {
        expect("hold", answer, Ok(Held { order, until }))?;
    }
    expect("left", scene.left().await, Ok((UNITS - 7, UNITS - 1)))
}

/// 96 orders of one cup and one plate for 50 of each.
pub(super) async fn fifty_units_exactly(scene: &Scene<'_>) -> Outcome {
    let bought = join_all((0..BUYERS).map(|_| buy(scene))).await;
    let bought: Result<Vec<i64>, String> = bought.into_iter().collect();
    expect("sold", bought?.iter().sum(), UNITS)?;
    expect("left", scene.left().await, Ok((0, 0)))
}

async fn buy(scene: &Scene<'_>) -> Result<i64, String> {
    let mut bought = 0;
    for _ in 0..TRIES {
        match scene.hold(scene.order(), &[(&scene.plate, 1), (&scene.cup, 1)]).await {
            Ok(_) => bought += 1,
            Err(PortError::Refused(StockRefusal::OutOfStock { .. })) => {}
            Err(other) => return Err(format!("a buyer was told {other:?}")),
        }
    }
    Ok(bought)
}
