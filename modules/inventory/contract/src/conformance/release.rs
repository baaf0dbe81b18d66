use super::{
    case::Outcome,
    scene::{Scene, UNITS, expect, refused},
};
use crate::StockRefusal;

pub(super) async fn gives_back_once(scene: &Scene<'_>) -> Outcome {
    let order = scene.order();
    expect("hold", scene.hold(order, &[(&scene.cup, 7), (&scene.plate, 2)]).await.is_ok(), true)?;
    for _ in 0..3 {
        expect("release", scene.stock.release(&scene.cx, order).await, Ok(()))?;
        expect("left", scene.left().await, Ok((UNITS, UNITS)))?;
    }
    Ok(())
}

pub(super) async fn gives_back_a_commitment(scene: &Scene<'_>) -> Outcome {
    let order = scene.order();
    expect("hold", scene.hold(order, &[(&scene.cup, 7)]).await.is_ok(), true)?;
    expect("commit", scene.stock.commit(&scene.cx, order).await, Ok(()))?;
    expect("release", scene.stock.release(&scene.cx, order).await, Ok(()))?;
    expect("left", scene.left().await, Ok((UNITS, UNITS)))
}

pub(super) async fn bars_a_late_hold(scene: &Scene<'_>) -> Outcome {
    let order = scene.order();
    expect("release", scene.stock.release(&scene.cx, order).await, Ok(()))?;
    for _ in 0..2 {
        let late = scene.hold(order, &[(&scene.cup, 1)]).await;
        expect("late hold", late, refused(StockRefusal::Released { order }))?;
    }
    expect("left", scene.left().await, Ok((UNITS, UNITS)))
}
