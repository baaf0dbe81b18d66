//! What every implementation of [`Stock`] must do, as a table of cases: for the module, for the fake, and for
//! whoever answers at the far end of a transport.

mod case;
mod commit;
mod hold;
mod kit;
mod race;
mod release;
mod scene;

pub use kit::KIT;
pub use port::conformance::{Case, faults};
pub use scene::{Fixture, UNITS};

use self::scene::Scene;
use crate::Stock;

/// Plays every case against `stock`, which must keep the levels of [`Fixture::opening`] and let nobody else at
/// them. Whatever a case claims it gives back, so the table can be played again.
pub async fn upholds_contract(stock: &dyn Stock, fixture: &Fixture) -> Vec<Case> {
    let mut played = Vec::new();
    for ((name, check), skus) in case::table().into_iter().zip(&fixture.skus) {
        let scene = Scene::new(stock, &fixture.seams, skus);
        let outcome = check(&scene).await;
        let cleared = scene.clear().await;
        played.push(Case::new(name, outcome.and(cleared)));
    }
    played
}
