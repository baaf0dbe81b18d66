//! What Unicode knows of characters, as far as this crate asks.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup},
};

/// The text with compatibility forms made plain: full-width and raised digits become `0` to `9`.
pub fn nfkc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

/// An accent, an enclosing ring or another sign that goes with the character before it.
pub fn is_mark(letter: char) -> bool {
    GeneralCategoryGroup::Mark.contains(category(letter))
}

/// Not shown at all: joiners, soft hyphens, zero-width spaces, variation selectors.
pub fn is_ignorable(letter: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
}

/// The value of a decimal digit of any script.
///
/// Unicode keeps every set of ten digits together and in order, so the value is the distance from the first of the run.
pub fn decimal_digit(letter: char) -> Option<u8> {
    if letter.is_ascii() {
        return letter.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
    }
    let is_digit = |letter: char| category(letter) == GeneralCategory::DecimalNumber;
    if !is_digit(letter) {
        return None;
    }
    let code = u32::from(letter);
    let before = (1..=code).map_while(|back| char::from_u32(code - back).filter(|letter| is_digit(*letter))).count();
    u8::try_from(before % 10).ok()
}

fn category(letter: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(letter)
}

#[cfg(test)]
mod tests {
    use super::decimal_digit;

    #[test]
    fn digits_of_every_script_have_their_value() {
        let value = |text: &str| text.chars().map(decimal_digit).collect::<Option<Vec<_>>>();
        for digits in [
            "0123456789",
            "٠١٢٣٤٥٦٧٨٩",
            "۰۱۲۳۴۵۶۷۸۹",
            "०१२३४५६७८९",
            "๐๑๒๓๔๕๖๗๘๙",
            "０１２３４５６７８９",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
            "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿",
        ] {
            assert_eq!(value(digits), Some((0..10).collect()), "{digits}");
        }
        let known = ('\0'..=char::MAX).filter_map(decimal_digit).collect::<Vec<_>>();
        assert!(known.len() >= 660 && known.chunks(10).all(|ten| ten.iter().copied().eq(0..10)));
        assert_eq!(decimal_digit('四').or(decimal_digit('a')), None);
    }
}
