//! The order of titles.

use std::sync::LazyLock;

use base64::{
    Engine,
    alphabet::Alphabet,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};
use icu_collator::{
    CollatorBorrowed, CollatorPreferences,
    options::{CollatorOptions, Strength},
};

/// A key holds this many bytes at the most; titles that differ only beyond them are sorted by their ids.
const LONGEST: usize = 600;

/// Letters and accents count, case does not. The root collation of CLDR, whatever the language.
static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
    let mut options = CollatorOptions::default();
    options.strength = Some(Strength::Secondary);
    CollatorBorrowed::try_new(CollatorPreferences::default(), options).ok()
});

/// Base 64 whose digits stand in the order of their bytes, so that texts sort as the bytes that they encode.
static ORDERED: LazyLock<Option<GeneralPurpose>> = LazyLock::new(|| {
    let digits = Alphabet::new("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
    digits.ok().map(|digits| GeneralPurpose::new(&digits, NO_PAD))
});

/// A text whose order byte by byte is the order of titles: `Éclair` before `Zebra`, `eclair` beside it.
pub(crate) fn sort_key(title: &str) -> String {
    let mut key: Vec<u8> = Vec::with_capacity(title.len() + 8);
    let (Some(collator), Some(ordered)) = (&*COLLATOR, &*ORDERED) else { return title.to_lowercase() };
    let Ok(()) = collator.write_sort_key_to(title.trim(), &mut key);
    key.truncate(LONGEST);
    ordered.encode(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{COLLATOR, sort_key};

    #[test]
    fn titles_stand_in_the_order_of_a_dictionary() {
        let mut titles =
            ["Zebra", "Øl", "éclair", "Ecole", "Äpfel", "apple", "10 cups", "Oz", "茶", "Чай", "  Bee", "Cup"];
        titles.sort_by_cached_key(|title| sort_key(title));
        let expected =
            ["10 cups", "Äpfel", "apple", "  Bee", "Cup", "éclair", "Ecole", "Øl", "Oz", "Zebra", "Чай", "茶"];
        assert_eq!(titles, expected);
        assert_eq!(sort_key("Éclair"), sort_key("e\u{301}CLAIR"));
        assert_ne!(sort_key("Éclair"), sort_key("Eclair"));
    }

    proptest! {
        #[test]
        fn keys_compare_as_the_collator_does(one in "\\PC{0,20}", other in "\\PC{0,20}") {
            let collator = COLLATOR.as_ref().unwrap();
            prop_assert_eq!(sort_key(&one).cmp(&sort_key(&other)), collator.compare(one.trim(), other.trim()));
        }
    }
}
