use super::{
    case::Outcome,
    scene::{Scene, UNITS, expect, refused},
};
use crate::StockRefusal;

pub(super) async fn keeps_what_was_held(scene: &Scene<'_>) -> Outcome {
    let order = scene.order();
    expect("hold", scene.hold(order, &[(&scene.cup, 7), (&scene.plate, 1)]).await.is_ok(), true)?;
    expect("commit", scene.stock.commit(&scene.cx, order).await, Ok(()))?;
    expect("left", scene.left().await, Ok((UNITS - 7, UNITS - 1)))
}

pub(super) async fn repeat_changes_nothing(scene: &Scene<'_>) -> Outcome {
    let (order, until) = (scene.order(), scene.minutes(-1));
    expect("hold", scene.hold_until(order, &[(&scene.cup, 7)], until).await.is_ok(), true)?;
    for _ in 0..3 {
        expect("commit", scene.stock.commit(&scene.cx, order).await, Ok(()))?;
    }
    expect("hold again", scene.hold(order, &[(&scene.cup, 7)]).await.map(|held| held.until), Ok(until))?;
    expect("left", scene.left().await, Ok((UNITS - 7, UNITS)))
}

pub(super) async fn needs_a_hold(scene: &Scene<'_>) -> Outcome {
    let order = scene.order();
    expect("commit", scene.stock.commit(&scene.cx, order).await, refused(StockRefusal::NotHeld { order }))?;
    expect("hold", scene.hold(order, &[(&scene.cup, 1)]).await.is_ok(), true)
}

pub(super) async fn not_after_a_refusal(scene: &Scene<'_>) -> Outcome {
    let order = scene.order();
    expect("hold", scene.hold(order, &[(&scene.cup, UNITS + 1)]).await.is_err(), true)?;
    expect("commit", scene.stock.commit(&scene.cx, order).await, refused(StockRefusal::NotHeld { order }))
}

pub(super) async fn not_after_a_release(scene: &Scene<'_>) -> Outcome {
    let order = scene.order();
    expect("hold", scene.hold(order, &[(&scene.cup, 1)]).await.is_ok(), true)?;
    expect("release", scene.stock.release(&scene.cx, order).await, Ok(()))?;
    expect("commit", scene.stock.commit(&scene.cx, order).await, refused(StockRefusal::Released { order }))?;
    expect("left", scene.left().await, Ok((UNITS, UNITS)))
}
