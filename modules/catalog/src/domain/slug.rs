//! Addresses from titles.

use deunicode::deunicode_char;
use unicode_normalization::UnicodeNormalization;

/// The longest address made from a title.
const LONGEST: usize = 80;

/// An address from a title: `Crème Brûlée, 2 pcs` becomes `creme-brulee-2-pcs`, `Căn hộ` becomes `can-ho`. Letters of
/// other scripts are transliterated. Empty when nothing is left.
pub(crate) fn slug(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    // Composed first, so that a title is the same however its accents are written.
    for letter in title.nfc() {
        match german(letter).or_else(|| deunicode_char(letter)) {
            Some(plain) => plain.chars().for_each(|letter| push(&mut slug, letter)),
            None => push(&mut slug, ' '),
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    slug.truncate(LONGEST);
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// The umlauts are written out, as German does.
const fn german(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ä' | 'Ä' => "ae",
        'ö' | 'Ö' => "oe",
        'ü' | 'Ü' => "ue",
        _ => return None,
    })
}

fn push(slug: &mut String, letter: char) {
    match letter {
        _ if letter.is_ascii_alphanumeric() => slug.push(letter.to_ascii_lowercase()),
        '\'' => {}
        _ if slug.ends_with('-') || slug.is_empty() => {}
        _ => slug.push('-'),
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn slugs() {
        for (title, expected) in [
            ("White Mug", "white-mug"),
            ("  Crème Brûlée, 2 pcs! ", "creme-brulee-2-pcs"),
            ("Cre\u{300}me bru\u{302}le\u{301}e", "creme-brulee"),
            ("Straße & Øl", "strasse-ol"),
            ("Ada's Cup", "adas-cup"),
            ("Ada’s Cup", "adas-cup"),
            ("ÄPFEL", "aepfel"),
            ("A\u{308}PFEL", "aepfel"),
            ("100% wool", "100-wool"),
            ("Căn hộ", "can-ho"),
            ("İstanbul çayı", "istanbul-cayi"),
            ("Țuică", "tuica"),
            ("Ģimene Ķīļi ģērbšanās", "gimene-kili-gerbsanas"),
            ("Ŵyau a Tŷ", "wyau-a-ty"),
            ("Ħobż", "hobz"),
            ("Łódź", "lodz"),
            ("Чайник", "chainik"),
            ("Σίσυφος", "sisuphos"),
            ("茶碗", "cha-wan"),
            ("قهوة", "qhw"),
            ("☕ cup", "coffee-cup"),
            ("№5", "no5"),
            ("--", ""),
            ("\u{200b}\u{fe0f}", ""),
        ] {
            assert_eq!(slug(title), expected, "{title:?}");
        }
        assert_eq!(slug(&"abc ".repeat(100)).len(), 80 - 1);
        assert!(slug(&"茶".repeat(200)).is_ascii() && slug(&"茶".repeat(200)).len() <= 80);
    }
}
