//! Reads digits out of text in the groups in which they were written.

use std::borrow::Cow;

use uuid::Uuid;

use super::{FEWEST, MOST, WIDEST_GAP, is_card_number, luhn};
use crate::text::{decimal_digit, is_ignorable, is_mark, nfkc};

/// Groups of digits with nothing between them but a narrow gap.
#[derive(Debug, Default)]
pub(super) struct Chain {
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    digits: Vec<u8>,
    /// `+` stands before it, as before a telephone number.
    international: bool,
}

/// A letter, a digit, or what parts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Digit(u8),
    Letter(char),
    Gap(char),
}

fn signs(text: &str) -> Vec<Sign> {
    let plain = nfkc(text);
    let seen = plain.chars().filter(|&letter| letter.is_ascii() || !(is_ignorable(letter) || is_mark(letter)));
    seen.map(|letter| match decimal_digit(letter).or_else(|| ringed_digit(letter)) {
        Some(digit) => Sign::Digit(digit),
        None if letter.is_alphabetic() => Sign::Letter(letter),
        None => Sign::Gap(letter),
    })
    .collect()
}

/// Digits in black and double rings, which NFKC leaves as they are.
fn ringed_digit(letter: char) -> Option<u8> {
    let code = u32::from(letter);
    let value = match letter {
        '❶'..='❾' => code - 0x2775,
        '➀'..='➈' => code - 0x277f,
        '➊'..='➒' => code - 0x2789,
        '⓵'..='⓽' => code - 0x24f4,
        '⓿' | '🄋' | '🄌' => 0,
        _ => return None,
    };
    u8::try_from(value).ok()
}

/// All digits of the text, in the chains in which they may belong together.
pub(super) fn chains(text: &str) -> Vec<Chain> {
    let mut reader = Reader::default();
    let signs = signs(&without_uuids(text));
    for word in signs.chunk_by(|one, other| matches!(one, Sign::Gap(_)) == matches!(other, Sign::Gap(_))) {
        match word.first() {
            Some(Sign::Gap(_)) => reader.gap(word),
            _ => reader.word(word),
        }
    }
    reader.end();
    reader.chains
}

/// UUIDs are left out: keys and request ids are full of them, and some have many digits in a row.
fn without_uuids(text: &str) -> Cow<'_, str> {
    let is_uuid = |word: &str| {
        let word = word.trim_matches('-');
        word.len() == 36 && word.bytes().any(|byte| byte.is_ascii_alphabetic()) && Uuid::try_parse(word).is_ok()
    };
    let may_belong = |letter: char| letter.is_ascii_hexdigit() || letter == '-';
    text.split(|letter| !may_belong(letter))
        .filter(|word| is_uuid(word))
        .fold(Cow::Borrowed(text), |text, uuid| Cow::Owned(text.replace(uuid, "uuid")))
}

#[derive(Debug, Default)]
struct Reader {
    chains: Vec<Chain>,
    current: Chain,
    plus: bool,
    /// The word before begins the number of a parcel of UPS, whose digits may follow in groups.
    after_1z: bool,
}

impl Reader {
    fn gap(&mut self, gap: &[Sign]) {
        self.plus = gap.last() == Some(&Sign::Gap('+'));
        if gap.len() > WIDEST_GAP {
            self.end();
        }
    }

    fn word(&mut self, word: &[Sign]) {
        let is_digit = |sign: &Sign| matches!(sign, Sign::Digit(_));
        let runs: Vec<&[Sign]> = word.chunk_by(|one, other| is_digit(one) == is_digit(other)).collect();
        let digits_first = word.first().is_some_and(is_digit);
        match runs.as_slice() {
            [digits] if digits_first => self.push(digits),
            [digits, ..] if digits_first => {
                self.push(digits);
                self.end();
                self.after_1z = word == [Sign::Digit(1), Sign::Letter('Z')];
            }
            [letters, digits] if !is_serial_mark(letters) => {
                self.end();
                self.push(digits);
            }
            [letters, digits, _] if !is_serial_mark(letters) => {
                self.end();
                self.push(digits);
                self.end();
            }
            _ => self.end(),
        }
    }

    fn push(&mut self, digits: &[Sign]) {
        let value = |sign: &Sign| if let Sign::Digit(digit) = sign { Some(*digit) } else { None };
        let digits = digits.iter().filter_map(value).collect();
        self.current.groups.push(Group { digits, international: std::mem::take(&mut self.plus) });
    }

    fn end(&mut self) {
        let chain = std::mem::take(&mut self.current);
        if !std::mem::take(&mut self.after_1z) && !chain.groups.is_empty() {
            self.chains.push(chain);
        }
    }
}

/// Two or three capitals right before digits mark a parcel or a serial number (`JD0146…`, `SN…`), unless they are
/// short for a card.
fn is_serial_mark(letters: &[Sign]) -> bool {
    let mark: String =
        letters.iter().filter_map(|sign| if let Sign::Letter(letter) = sign { Some(*letter) } else { None }).collect();
    let capitals = (2..=3).contains(&mark.len()) && mark.bytes().all(|letter| letter.is_ascii_uppercase());
    capitals && !["CC", "CB", "MC", "PAN", "NO", "NR"].contains(&mark.as_str())
}

impl Chain {
    /// Whether groups that follow one another are a card number together, each of at most `widest` digits where there
    /// are several.
    pub(super) fn holds_card(&self, widest: usize) -> bool {
        let windows = (0..self.groups.len()).filter_map(|start| self.groups.get(start..));
        !self.is_of_another_scheme()
            && windows
                .filter(|groups| groups.first().is_some_and(|group| !group.international))
                .any(|groups| begins_with_card(groups, widest))
    }

    /// Whether the chain as a whole is a number of something else.
    fn is_of_another_scheme(&self) -> bool {
        let digits: Vec<u8> = self.groups.iter().flat_map(|group| group.digits.iter().copied()).collect();
        let starts = |first: u8, second: std::ops::RangeInclusive<u8>| matches!(digits.as_slice(), [one, two, ..] if *one == first && second.contains(two));
        match digits.len() {
            // A mobile telephone (IMEI, 3GPP TS 23.003), also in its parts.
            15 => luhn(&digits) && !is_card_number(&digits),
            // A chip of a mobile telephone (ICCID, ITU-T E.118).
            19 if starts(8, 9..=9) => luhn(&digits),
            // Certified mail; a logistic unit (SSCC with its GS1 identifier 00); an ICCID with its last digit.
            20 => self.in_fours() && (starts(7, 0..=9) || starts(0, 0..=0) || starts(8, 9..=9)),
            // A parcel of USPS or FedEx.
            22 => self.in_fours() && starts(9, 2..=6),
            _ => false,
        }
    }

    /// Groups of four, the last of four or fewer.
    fn in_fours(&self) -> bool {
        self.groups
            .split_last()
            .is_some_and(|(last, others)| others.iter().all(|group| group.digits.len() == 4) && last.digits.len() <= 4)
    }
}

fn begins_with_card(groups: &[Group], widest: usize) -> bool {
    let mut digits: Vec<u8> = Vec::with_capacity(MOST);
    for (count, group) in groups.iter().enumerate() {
        if count > 0 && groups.iter().take(count + 1).any(|group| group.digits.len() > widest) {
            return false;
        }
        digits.extend(&group.digits);
        if digits.len() > MOST {
            return false;
        }
        let barcode = count == 0 && is_article_number(&digits);
        if digits.len() >= FEWEST && !barcode && is_card_number(&digits) {
            return true;
        }
    }
    false
}

/// An article number (GTIN-13, ISBN) in one piece. Its check digit tells it from the old card numbers of that length.
fn is_article_number(digits: &[u8]) -> bool {
    let weighted = |(place, &digit): (usize, &u8)| u32::from(digit) * if place % 2 == 1 { 3 } else { 1 };
    digits.len() == 13 && digits.iter().enumerate().map(weighted).sum::<u32>().is_multiple_of(10)
}
