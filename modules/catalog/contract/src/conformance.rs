//! What every implementation of [`Prices`] must do, as a table of cases: for the module, for the fake, and for
//! whoever answers at the far end of a transport.

use std::{fmt::Debug, time::Duration};

use kernel::{CallContext, Sku};
pub use port::conformance::{Case, faults};
use port::{Executed, PortError, PortResult, conformance::Outcome};

use crate::{Prices, PricesRefusal, Quote};

mod kit;

pub use kit::KIT;

/// What the price list under test is to have.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// Of an active product.
    pub sellable: Quote,
    /// Of a product that is a draft or archived.
    pub withheld: Quote,
    /// Nobody's.
    pub unknown: Sku,
}

type Answer = PortResult<Vec<Quote>, PricesRefusal>;

/// Plays every case against `prices`. It asks only, so the table can be played again.
pub async fn upholds_contract(prices: &dyn Prices, fixture: &Fixture) -> Vec<Case> {
    let list = List { prices, fixture };
    let mut played = Vec::new();
    let mut note = |name, outcome: Outcome| played.push(Case::new(name, outcome));
    note("a quote says what the SKU sells for", list.says_everything().await);
    note("what may not be sold is quoted and says so", list.quotes_the_withheld().await);
    note("an unknown SKU is left out", list.leaves_out_the_unknown().await);
    note("a SKU that is asked for twice is quoted once", list.quotes_once().await);
    note("letters of another case are another SKU", list.knows_case().await);
    note("nothing asked, nothing answered", list.answers_nothing().await);
    note("a thousand SKUs are not too many", list.takes_a_thousand().await);
    note("a thousand and one are", list.refuses_more().await);
    note("a spent deadline is refused at once", list.refuses_the_late().await);
    played
}

/// The table's view of one price list.
struct List<'a> {
    prices: &'a dyn Prices,
    fixture: &'a Fixture,
}

impl List<'_> {
    async fn says_everything(&self) -> Outcome {
        let sellable = &self.fixture.sellable;
        same(&self.ask(vec![sellable.sku.clone()]).await, &Ok(vec![sellable.clone()]))
    }

    async fn quotes_the_withheld(&self) -> Outcome {
        let withheld = &self.fixture.withheld;
        let quoted = self.ask(vec![withheld.sku.clone()]).await;
        same(&quoted, &Ok(vec![Quote { sellable: false, ..withheld.clone() }]))
    }

    async fn leaves_out_the_unknown(&self) -> Outcome {
        let Fixture { sellable, withheld, unknown } = self.fixture;
        let quoted = self.ask(vec![unknown.clone(), withheld.sku.clone(), sellable.sku.clone()]).await;
        same(&quoted, &Ok(sorted(vec![sellable.clone(), withheld.clone()])))?;
        same(&self.ask(vec![unknown.clone()]).await, &Ok(Vec::new()))
    }

    async fn quotes_once(&self) -> Outcome {
        let sellable = &self.fixture.sellable;
        same(&self.ask(vec![sellable.sku.clone(); 3]).await, &Ok(vec![sellable.clone()]))
    }

    async fn knows_case(&self) -> Outcome {
        let sku = &self.fixture.sellable.sku;
        let other: String = sku.as_str().chars().map(swap_case).collect();
        match Sku::parse(&other) {
            Ok(other) if other != *sku => same(&self.ask(vec![other]).await, &Ok(Vec::new())),
            _ => Err(format!("the fixture's SKU {sku} has no letters")),
        }
    }

    async fn answers_nothing(&self) -> Outcome {
        same(&self.ask(Vec::new()).await, &Ok(Vec::new()))
    }

    async fn takes_a_thousand(&self) -> Outcome {
        let sellable = &self.fixture.sellable;
        let mut skus = vec![sellable.sku.clone()];
        skus.extend(unheard_of().take(999));
        same(&self.ask(skus).await, &Ok(vec![sellable.clone()]))
    }

    async fn refuses_more(&self) -> Outcome {
        let refused = Err(PortError::Refused(PricesRefusal::TooMany { limit: 1_000 }));
        same(&self.ask(unheard_of().take(1_001).collect()).await, &refused)
    }

    async fn refuses_the_late(&self) -> Outcome {
        let late = CallContext::system("conformance").within(Duration::ZERO);
        let answer = self.prices.quote(&late, vec![self.fixture.sellable.sku.clone()]).await;
        same(&answer, &Err(PortError::Deadline { executed: Executed::No }))
    }

    /// The order of an answer means nothing, so it comes sorted.
    async fn ask(&self, skus: Vec<Sku>) -> Answer {
        self.prices.quote(&CallContext::system("conformance"), skus).await.map(sorted)
    }
}

fn sorted(mut quotes: Vec<Quote>) -> Vec<Quote> {
    quotes.sort_by(|one, other| one.sku.cmp(&other.sku));
    quotes
}

fn unheard_of() -> impl Iterator<Item = Sku> {
    (0..).map_while(|number| Sku::parse(&format!("nobody-sells-{number}")).ok())
}

const fn swap_case(letter: char) -> char {
    if letter.is_ascii_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() }
}

fn same<T: PartialEq + Debug>(found: &T, expected: &T) -> Outcome {
    if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}")) }
}
