//! What someone wants to buy, and what it costs.

use std::collections::HashMap;

use catalog_contract::Quote;
use kernel::{Currency, Money, MoneyError, Sku};

use super::Line;

/// An order has at most so many lines, and a cart too.
pub(crate) const MAX_LINES: usize = 1_000;

/// And at most so many units on a line.
pub(crate) const MAX_QUANTITY: i64 = 100_000;

/// One line as the buyer sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) sku: Sku,
    pub(crate) quantity: i64,
}

/// Lines with titles and prices, kept as they were sent, and their total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Basket {
    pub(crate) lines: Vec<Line>,
    pub(crate) total: Money,
}

/// Why a basket has no price. Lines are counted from 0, as in the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BasketRefusal {
    #[error("a SKU is not sold here")]
    UnknownSku { lines: Vec<usize> },
    #[error("a line is not sold in the order's currency")]
    CurrencyMismatch { lines: Vec<usize> },
    #[error("the total is more than {} minor units, which is the most that JSON numbers are exact for", Money::LARGEST)]
    TotalTooLarge,
    #[error("the total is {total} now, and not {expected}; show it to the buyer and ask again")]
    TotalChanged { expected: Money, total: Money, lines: Vec<Line> },
}

impl Basket {
    /// Prices `wanted` with `quotes`. All lines must be sellable, and in `currency`.
    pub(crate) fn price(wanted: &[Wanted], currency: Currency, quotes: &[Quote]) -> Result<Self, BasketRefusal> {
        let quotes: HashMap<&Sku, &Quote> =
            quotes.iter().filter(|quote| quote.sellable).map(|quote| (&quote.sku, quote)).collect();
        let known = |wanted: &Wanted| quotes.contains_key(&wanted.sku);
        refuse(wanted, known, |lines| BasketRefusal::UnknownSku { lines })?;
        let same = |wanted: &Wanted| quotes.get(&wanted.sku).is_some_and(|quote| quote.price.currency() == currency);
        refuse(wanted, same, |lines| BasketRefusal::CurrencyMismatch { lines })?;

        let priced = wanted.iter().filter_map(|wanted| quotes.get(&wanted.sku).map(|quote| (wanted, quote)));
        let lines: Vec<Line> = (1..).zip(priced).map(|(number, (wanted, quote))| line(number, wanted, quote)).collect();
        let total = total(currency, &lines).map_err(|_| BasketRefusal::TotalTooLarge)?;
        Ok(Self { lines, total })
    }

    /// The buyer pays the total that was shown, if one was.
    pub(crate) fn must_cost(&self, expected: Option<Money>) -> Result<(), BasketRefusal> {
        match expected {
            Some(expected) if expected != self.total => {
                let (total, lines) = (self.total, self.lines.clone());
                Err(BasketRefusal::TotalChanged { expected, total, lines })
            }
            _ => Ok(()),
        }
    }
}

/// Names every line that is not `fine`.
fn refuse(
    wanted: &[Wanted],
    fine: impl Fn(&Wanted) -> bool,
    refusal: impl Fn(Vec<usize>) -> BasketRefusal,
) -> Result<(), BasketRefusal> {
    let bad: Vec<usize> = (0..).zip(wanted).filter(|(_, wanted)| !fine(wanted)).map(|(index, _)| index).collect();
    if bad.is_empty() { Ok(()) } else { Err(refusal(bad)) }
}

fn line(number: i64, wanted: &Wanted, quote: &Quote) -> Line {
    Line {
        number,
        sku: wanted.sku.clone(),
        title: quote.title.clone(),
        quantity: wanted.quantity,
        unit_price: quote.price,
        fulfilled: 0,
        returned: 0,
        called_off: 0,
    }
}

fn total(currency: Currency, lines: &[Line]) -> Result<Money, MoneyError> {
    let totals: Vec<Money> = lines.iter().map(Line::total).collect::<Result<_, _>>()?;
    Money::sum(currency, totals)?.exact_in_json()
}

#[cfg(test)]
mod tests {
    use catalog_contract::Quote;
    use kernel::{Currency, Money, Sku};
    use proptest::prelude::*;

    use super::{Basket, BasketRefusal, Wanted};

    fn wanted(sku: &str, quantity: i64) -> Wanted {
        Wanted { sku: Sku::parse(sku).unwrap(), quantity }
    }

    fn quote(sku: &str, minor: i64, currency: Currency, sellable: bool) -> Quote {
        Quote {
            sku: Sku::parse(sku).unwrap(),
            title: format!("the {sku}"),
            price: Money::new(minor, currency),
            sellable,
        }
    }

    fn quotes() -> Vec<Quote> {
        vec![
            quote("CUP", 255, Currency::GBP, true),
            quote("POT", 1_000, Currency::GBP, true),
            quote("OLD", 1, Currency::GBP, false),
            quote("TASSE", 300, Currency::EUR, true),
            quote("SHIP", i64::MAX, Currency::GBP, true),
        ]
    }

    #[test]
    fn lines_are_kept_as_sent_and_added_up() {
        let basket =
            Basket::price(&[wanted("CUP", 6), wanted("POT", 1), wanted("CUP", 1)], Currency::GBP, &quotes()).unwrap();
        let lines: Vec<_> = basket.lines.iter().map(|line| (line.number, line.sku.as_str(), line.quantity)).collect();
        assert_eq!(lines, [(1, "CUP", 6), (2, "POT", 1), (3, "CUP", 1)]);
        assert_eq!(basket.lines[1].title, "the POT");
        assert_eq!(basket.total.minor(), 7 * 255 + 1_000);
    }

    #[test]
    fn what_cannot_be_sold_is_named_line_by_line() {
        let price = |lines: &[Wanted]| Basket::price(lines, Currency::GBP, &quotes()).unwrap_err();
        let lines = [wanted("NONE", 1), wanted("CUP", 1), wanted("OLD", 1)];
        assert_eq!(price(&lines), BasketRefusal::UnknownSku { lines: vec![0, 2] });
        let lines = [wanted("CUP", 1), wanted("TASSE", 1)];
        assert_eq!(price(&lines), BasketRefusal::CurrencyMismatch { lines: vec![1] });
        assert_eq!(price(&[wanted("SHIP", 2)]), BasketRefusal::TotalTooLarge);
        assert_eq!(price(&[wanted("SHIP", 1), wanted("CUP", 1)]), BasketRefusal::TotalTooLarge);
    }

    proptest! {
        #[test]
        fn the_total_is_its_lines(lines in proptest::collection::vec((0_i64..1_000_000, 1_i64..=100_000), 1..60)) {
            let sku = |index: usize| format!("S{index}");
            let quotes: Vec<Quote> = lines.iter().enumerate()
                .map(|(index, (price, _))| quote(&sku(index), *price, Currency::GBP, true)).collect();
            let asked: Vec<Wanted> =
                lines.iter().enumerate().map(|(index, (_, quantity))| wanted(&sku(index), *quantity)).collect();
            let basket = Basket::price(&asked, Currency::GBP, &quotes).unwrap();
            let expected: i128 = lines.iter().map(|(price, quantity)| i128::from(*price) * i128::from(*quantity)).sum();
            prop_assert_eq!(i128::from(basket.total.minor()), expected);
        }
    }
}
