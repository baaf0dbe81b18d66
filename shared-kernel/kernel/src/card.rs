//! Finds payment card numbers in text that buyers write, so that the store can refuse to see one.
//!
//! # The rule
//!
//! A card number is 13 to 19 digits (ISO/IEC 7812-1) that begin with a prefix of an issuer in the list of
//! `issuer`, have one of that issuer's lengths, and pass the Luhn check (ISO/IEC 7812-1, annex B).
//!
//! Text is normalized first: NFKC, digits of every script, marks and invisible characters left out. What stands between
//! two groups of digits does not matter as long as it is neither letter nor digit and at most `WIDEST_GAP` long: spaces of
//! any kind, dots, dashes, slashes, commas, line ends. A card number begins where a group of digits begins and ends where
//! one ends, with any groups before (`order 12`) and behind (`12/27`).
//!
//! It does not begin or end inside an unbroken run of digits: in a parcel number of 22 digits, one of every seven has such a
//! window. For the same reason numbers of other schemes are passed by where they show what they are; see `reading`.
//! The tests measure how often random numbers of other schemes are taken for a card's.

mod issuer;
mod reading;

/// The most characters between two groups of digits of one number.
const WIDEST_GAP: usize = 10;

/// The fewest digits of a card number.
const FEWEST: usize = 13;

/// The most digits of a card number.
const MOST: usize = 19;

/// The most digits of one group where programs write numbers of their own side by side.
const WIDEST_GROUP_IN_IDENTIFIER: usize = 6;

/// Whether a payment card number stands anywhere in `text`.
pub fn holds_card_number(text: &str) -> bool {
    has_enough_digits(text) && reading::chains(text).iter().any(|chain| chain.holds_card(MOST))
}

/// The same for what programs make up, such as idempotency keys and request ids (`load-1764262800-0913246712-00000001`):
/// a number in several groups has at most 6 digits in each, as people write card numbers. Longer groups side by side are a
/// time, a random number and a counter, and one in a hundred of such keys would be taken for a card number.
pub fn identifier_holds_card_number(text: &str) -> bool {
    has_enough_digits(text) && reading::chains(text).iter().any(|chain| chain.holds_card(WIDEST_GROUP_IN_IDENTIFIER))
}

fn has_enough_digits(text: &str) -> bool {
    let may_be_digit = |letter: &char| letter.is_ascii_digit() || !letter.is_ascii();
    text.chars().filter(may_be_digit).count() >= FEWEST
}

/// Whether `digits` are a card number, all of them and alone.
fn is_card_number(digits: &[u8]) -> bool {
    issuer::may_issue(digits) && luhn(digits)
}

fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| if place % 2 == 1 { doubled(digit.into()) } else { digit.into() })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests;
