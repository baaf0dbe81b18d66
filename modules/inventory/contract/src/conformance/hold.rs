use kernel::Sku;

use super::{
    case::Outcome,
    scene::{Refused, Scene, UNITS, expect, refused},
};
use crate::{Held, Level, Shortage, StockRefusal};

pub(super) async fn takes_every_line(scene: &Scene<'_>) -> Outcome {
    let (order, until) = (scene.order(), scene.minutes(15));
    let held = scene.hold_until(order, &[(&scene.cup, 3), (&scene.plate, UNITS)], until).await;
    expect("hold", held, Ok(Held { order, until }))?;
    expect("left", scene.left().await, Ok((UNITS - 3, 0)))
}

pub(super) async fn all_or_none(scene: &Scene<'_>) -> Outcome {
    let held = scene.hold(scene.order(), &[(&scene.cup, 3), (&scene.plate, UNITS + 1)]).await;
    expect("hold", held, short(&[(&scene.plate, UNITS + 1, UNITS)]))?;
    expect("left", scene.left().await, Ok((UNITS, UNITS)))
}

pub(super) async fn names_every_shortage(scene: &Scene<'_>) -> Outcome {
    let taken = scene.hold(scene.order(), &[(&scene.cup, 40)]).await;
    expect("first hold", taken.is_ok(), true)?;
    let held = scene.hold(scene.order(), &[(&scene.plate, 60), (&scene.cup, 11)]).await;
    expect("hold", sorted(held), short(&[(&scene.cup, 11, 10), (&scene.plate, 60, UNITS)]))
}

pub(super) async fn adds_up_one_sku(scene: &Scene<'_>) -> Outcome {
    let twice = [(&scene.cup, 30), (&scene.cup, 21)];
    let held = scene.hold(scene.order(), &twice).await;
    expect("too many", held, short(&[(&scene.cup, 51, UNITS)]))?;
    let held = scene.hold(scene.order(), &[(&scene.cup, 30), (&scene.plate, 1), (&scene.cup, 20)]).await;
    expect("just enough", held.is_ok(), true)?;
    expect("left", scene.left().await, Ok((0, UNITS - 1)))
}

pub(super) async fn unknown_sku_is_short(scene: &Scene<'_>) -> Outcome {
    let unknown = unknown()?;
    let held = scene.hold(scene.order(), &[(&scene.cup, 1), (&unknown, 2)]).await;
    expect("hold", held, short(&[(&unknown, 2, 0)]))?;
    expect("left", scene.left().await, Ok((UNITS, UNITS)))
}

pub(super) async fn refuses_no_quantity(scene: &Scene<'_>) -> Outcome {
    for quantity in [0, -1, i64::MIN] {
        let held = scene.hold(scene.order(), &[(&scene.cup, 1), (&scene.plate, quantity)]).await;
        expect("hold", held, refused(StockRefusal::InvalidQuantity { sku: scene.plate.clone() }))?;
    }
    expect("left", scene.left().await, Ok((UNITS, UNITS)))
}

pub(super) async fn repeat_takes_nothing_more(scene: &Scene<'_>) -> Outcome {
    let order = scene.order();
    for _ in 0..3 {
        expect("hold", scene.hold(order, &[(&scene.cup, 20)]).await.is_ok(), true)?;
    }
    expect("left", scene.left().await, Ok((UNITS - 20, UNITS)))
}

pub(super) async fn repeat_has_the_first_answer(scene: &Scene<'_>) -> Outcome {
    let (order, until) = (scene.order(), scene.minutes(15));
    let first = Ok(Held { order, until });
    expect("first", scene.hold_until(order, &[(&scene.cup, 1)], until).await, first.clone())?;
    let again = scene.hold_until(order, &[(&scene.plate, 2)], scene.minutes(30)).await;
    expect("again", again, first)?;
    expect("left", scene.left().await, Ok((UNITS - 1, UNITS)))
}

pub(super) async fn repeat_has_the_first_refusal(scene: &Scene<'_>) -> Outcome {
    let (order, other) = (scene.order(), scene.order());
    expect("other", scene.hold(other, &[(&scene.cup, UNITS)]).await.is_ok(), true)?;
    let first = short(&[(&scene.cup, 1, 0)]);
    expect("first", scene.hold(order, &[(&scene.cup, 1)]).await, first.clone())?;
    expect("release", scene.stock.release(&scene.cx, other).await, Ok(()))?;
    expect("again", scene.hold(order, &[(&scene.cup, 1)]).await, first)?;
    expect("left", scene.left().await, Ok((UNITS, UNITS)))
}

pub(super) async fn lapsed_is_taken_anew(scene: &Scene<'_>) -> Outcome {
    let (order, until) = (scene.order(), scene.minutes(15));
    expect("first", scene.hold_until(order, &[(&scene.cup, 5)], scene.minutes(-1)).await.is_ok(), true)?;
    let anew = scene.hold_until(order, &[(&scene.cup, 5)], until).await;
    expect("anew", anew, Ok(Held { order, until }))?;
    expect("left", scene.left().await, Ok((UNITS - 5, UNITS)))
}

pub(super) async fn unpaid_repeat_keeps_the_claim(scene: &Scene<'_>) -> Outcome {
    let (order, until) = (scene.order(), scene.minutes(10));
    let first = Ok(Held { order, until });
    expect("first", scene.hold_until(order, &[(&scene.cup, 1)], until).await, first.clone())?;
    for _ in 0..2 {
        expect("unpaid", scene.hold_unpaid(order, &scene.cup, 1).await, first.clone())?;
    }
    expect("left", scene.left().await, Ok((UNITS - 1, UNITS)))?;
    expect("commit", scene.stock.commit(&scene.cx, order).await, Ok(()))?;
    expect("after", scene.hold_unpaid(order, &scene.cup, 1).await, first)
}

pub(super) async fn levels_leave_out_the_unknown(scene: &Scene<'_>) -> Outcome {
    let skus = vec![unknown()?, scene.cup.clone()];
    let known = Ok(vec![Level { sku: scene.cup.clone(), available: UNITS }]);
    expect("levels", scene.stock.levels(&scene.cx, skus).await, known)?;
    expect("levels of nothing", scene.stock.levels(&scene.cx, Vec::new()).await, Ok(Vec::new()))
}

fn unknown() -> Result<Sku, String> {
    Sku::parse("CONFORM-NOBODY-KNOWS").map_err(|error| error.to_string())
}

fn short<T>(lines: &[(&Sku, i64, i64)]) -> Refused<T> {
    let line = |&(sku, requested, available): &(&Sku, i64, i64)| Shortage { sku: sku.clone(), requested, available };
    refused(StockRefusal::OutOfStock { lines: lines.iter().map(line).collect() })
}

/// The order in which shortages are named means nothing.
fn sorted(mut answer: Refused<Held>) -> Refused<Held> {
    if let Err(port::PortError::Refused(StockRefusal::OutOfStock { lines })) = &mut answer {
        lines.sort_by(|one, other| one.sku.cmp(&other.sku));
    }
    answer
}
