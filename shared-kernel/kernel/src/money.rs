//! Money without floats: minor units, one currency, checked arithmetic.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Currency;

/// A count of minor units in one currency: `{"amount": 255, "currency": "GBP"}` is £2.55.
///
/// There is no `Add`: a sum can overflow or mix currencies, and the caller must say what then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: pence, cents, yen.
    #[serde(rename = "amount")]
    #[schema(example = 255)]
    minor: i64,
    currency: Currency,
}

/// Why a sum of money cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("{0} and {1} cannot be added up")]
    CurrencyMismatch(Currency, Currency),
    #[error("the sum is too large")]
    Overflow,
    #[error("nothing to share it out by")]
    NoWeights,
    #[error("not an amount in {0}")]
    NotAnAmount(Currency),
}

impl Money {
    /// The most minor units that a client reads exactly: numbers in JSON are doubles to JavaScript and others
    /// (RFC 8259, 6), which are exact up to 2^53 - 1.
    pub const LARGEST: i64 = 9_007_199_254_740_991;

    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Minor units: pence, cents, yen.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    pub const fn currency(self) -> Currency {
        self.currency
    }

    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The price of `quantity` units at this unit price.
    pub fn checked_mul(self, quantity: i64) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(quantity).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The amount, if every client can read it exactly; see [`Money::LARGEST`].
    pub fn exact_in_json(self) -> Result<Self, MoneyError> {
        if self.minor.unsigned_abs() <= Self::LARGEST.unsigned_abs() { Ok(self) } else { Err(MoneyError::Overflow) }
    }

    /// Adds up `amounts`, which must all be in `currency`.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// Shares the amount out in proportion to `weights`, to the last minor unit.
    ///
    /// Largest remainder method: every share is rounded towards zero, then what is left goes out one
    /// unit at a time to the shares that lost most (the earlier one on a tie). The shares always add up
    /// to the whole, whatever its sign.
    pub fn allocate(self, weights: &[u32]) -> Result<Vec<Self>, MoneyError> {
        let whole: i128 = weights.iter().copied().map(i128::from).sum();
        if whole == 0 {
            return Err(MoneyError::NoWeights);
        }
        let minor = i128::from(self.minor);
        let mut shares: Vec<(i128, i128)> = weights
            .iter()
            .map(|&weight| (minor * i128::from(weight) / whole, minor * i128::from(weight) % whole))
            .collect();
        let left = minor - shares.iter().map(|(share, _)| share).sum::<i128>();

        let mut by_loss: Vec<usize> = (0..shares.len()).collect();
        by_loss.sort_by_key(|&index| shares.get(index).map_or(0, |(_, lost)| -lost.abs()));
        let short = usize::try_from(left.unsigned_abs()).map_err(|_| MoneyError::Overflow)?;
        for index in by_loss.into_iter().take(short) {
            if let Some((share, _)) = shares.get_mut(index) {
                *share += left.signum();
            }
        }
        shares
            .into_iter()
            .map(|(share, _)| {
                i64::try_from(share).map(|minor| Self { minor, ..self }).map_err(|_| MoneyError::Overflow)
            })
            .collect()
    }

    /// Reads a decimal text such as `2.55`, exactly. More digits than the currency has are refused
    /// unless they are zeros; so are signs other than a leading `-`, exponents and separators.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let not_an_amount = MoneyError::NotAnAmount(currency);
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (major, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(major) || !all_digits(fraction) {
            return Err(not_an_amount);
        }
        let digits = usize::try_from(currency.digits()).map_err(|_| not_an_amount)?;
        let (kept, dropped) = fraction.split_at(fraction.len().min(digits));
        if dropped.bytes().any(|byte| byte != b'0') {
            return Err(not_an_amount);
        }
        let minor: i64 = format!("{major}{kept:0<digits$}").parse().map_err(|_| MoneyError::Overflow)?;
        Ok(Self::new(if negative { -minor } else { minor }, currency))
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
        }
    }
}

/// As people write it: `GBP 2.55`, `JPY 300`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u64.pow(self.currency.digits());
        let (major, rest) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        let sign = if self.minor < 0 { "-" } else { "" };
        match self.currency.digits() {
            0 => write!(f, "{} {sign}{major}", self.currency),
            digits => {
                let width = usize::try_from(digits).unwrap_or_default();
                write!(f, "{} {sign}{major}.{rest:0width$}", self.currency)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Money, MoneyError};
    use crate::Currency;

    fn gbp(minor: i64) -> Money {
        Money::new(minor, Currency::GBP)
    }

    #[test]
    fn reads_decimals_exactly_or_not_at_all() {
        let read = |text, currency| Money::parse_decimal(text, currency).ok().map(Money::minor);
        for (text, currency, minor) in [
            ("2.55", Currency::GBP, Some(255)),
            ("2.5", Currency::GBP, Some(250)),
            ("2", Currency::GBP, Some(200)),
            ("0.07", Currency::GBP, Some(7)),
            ("2.5500", Currency::GBP, Some(255)),
            ("-1.00", Currency::GBP, Some(-100)),
            ("300", Currency::JPY, Some(300)),
            ("300.0", Currency::JPY, Some(300)),
            ("2.555", Currency::GBP, None),
            ("1e3", Currency::GBP, None),
            ("1,000", Currency::GBP, None),
            (".5", Currency::GBP, None),
            ("5.", Currency::GBP, None),
            ("", Currency::GBP, None),
            ("+1", Currency::GBP, None),
            ("99999999999999999999", Currency::GBP, None),
        ] {
            assert_eq!(read(text, currency), minor, "{text:?} {currency}");
        }
    }

    #[test]
    fn javascript_reads_the_largest_amount_exactly() {
        assert_eq!(Money::LARGEST, (1 << 53) - 1);
        let exact = |minor| gbp(minor).exact_in_json().is_ok();
        assert!(exact(Money::LARGEST) && exact(-Money::LARGEST) && exact(0));
        assert!(!exact(Money::LARGEST + 1) && !exact(-Money::LARGEST - 1) && !exact(i64::MIN));
    }

    #[test]
    fn shows_what_people_write() {
        assert_eq!(gbp(255).to_string(), "GBP 2.55");
        assert_eq!(gbp(-7).to_string(), "GBP -0.07");
        assert_eq!(Money::new(300, Currency::JPY).to_string(), "JPY 300");
    }

    #[test]
    fn refuses_to_mix_or_overflow() {
        let euro = Money::new(1, Currency::EUR);
        assert_eq!(gbp(1).checked_add(euro), Err(MoneyError::CurrencyMismatch(Currency::GBP, Currency::EUR)));
        assert_eq!(gbp(i64::MAX).checked_add(gbp(1)), Err(MoneyError::Overflow));
        assert_eq!(gbp(i64::MIN).checked_sub(gbp(1)), Err(MoneyError::Overflow));
        assert_eq!(gbp(i64::MAX).checked_mul(2), Err(MoneyError::Overflow));
        assert_eq!(gbp(1).allocate(&[0, 0]), Err(MoneyError::NoWeights));
        assert_eq!(gbp(1).allocate(&[]), Err(MoneyError::NoWeights));
    }

    #[test]
    fn allocates_the_odd_penny_to_whoever_lost_most() {
        let shares = |minor, weights: &[u32]| -> Vec<i64> {
            gbp(minor).allocate(weights).unwrap().into_iter().map(Money::minor).collect()
        };
        assert_eq!(shares(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(shares(-100, &[1, 1, 1]), [-34, -33, -33]);
        assert_eq!(shares(5, &[3, 7]), [2, 3]);
        assert_eq!(shares(1, &[0, 1]), [0, 1]);
    }

    proptest! {
        #[test]
        fn allocation_loses_nothing(minor: i64, weights in proptest::collection::vec(0_u32.., 1..50)) {
            prop_assume!(weights.iter().any(|&weight| weight > 0));
            let shares = gbp(minor).allocate(&weights).unwrap();
            let sum: i128 = shares.iter().map(|share| i128::from(share.minor())).sum();
            prop_assert_eq!(sum, i128::from(minor));

            let whole: i128 = weights.iter().copied().map(i128::from).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let error = i128::from(share.minor()) * whole - i128::from(minor) * i128::from(*weight);
                prop_assert!(error.abs() < whole, "a share is within one unit of its due");
            }
        }

        #[test]
        fn decimal_text_round_trips(minor in -1_000_000_000_000_i64..1_000_000_000_000) {
            for currency in [Currency::GBP, Currency::JPY, Currency::parse("KWD").unwrap()] {
                let shown = Money::new(minor, currency).to_string();
                let text = shown.split(' ').nth(1).unwrap();
                prop_assert_eq!(Money::parse_decimal(text, currency).unwrap().minor(), minor);
            }
        }

        #[test]
        fn addition_undoes_subtraction(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000) {
            prop_assert_eq!(gbp(a).checked_add(gbp(b)).unwrap().checked_sub(gbp(b)).unwrap(), gbp(a));
        }
    }
}
