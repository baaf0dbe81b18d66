//! Text as lists, searches and addresses see it.

/// The longest address made from a title.
const LONGEST_SLUG: usize = 80;

/// A search word is cut to so many letters.
pub(crate) const LONGEST_WORD: usize = 40;

/// The key by which titles are sorted: case makes no difference.
pub(crate) fn sort_key(title: &str) -> String {
    title.to_lowercase()
}

/// An address from a title: `Crème Brûlée, 2 pcs` becomes `creme-brulee-2-pcs`. Empty when nothing is left.
pub(crate) fn slug(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for letter in title.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(plain) => slug.push_str(plain),
            None if letter.is_ascii_alphanumeric() => slug.push(letter),
            None if letter == '\'' || letter == '’' => {}
            None if slug.ends_with('-') || slug.is_empty() => {}
            None => slug.push('-'),
        }
    }
    slug.truncate(LONGEST_SLUG);
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// The Latin letters that are written with a mark or joined, without it. The slug stays ASCII.
const fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'ð' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => "o",
        'ö' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ß' => "ss",
        'ť' => "t",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'þ' => "th",
        _ => return None,
    })
}

/// The words of a text, in lower case; letters and digits make a word, everything else parts them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST_WORD).flat_map(char::to_lowercase).collect())
}

#[cfg(test)]
mod tests {
    use super::{slug, words};

    #[test]
    fn slugs() {
        for (title, expected) in [
            ("White Mug", "white-mug"),
            ("  Crème Brûlée, 2 pcs! ", "creme-brulee-2-pcs"),
            ("Straße & Øl", "strasse-ol"),
            ("Ada's Cup", "adas-cup"),
            ("ÄPFEL", "aepfel"),
            ("100% wool", "100-wool"),
            ("茶", ""),
            ("--", ""),
        ] {
            assert_eq!(slug(title), expected, "{title:?}");
        }
        assert_eq!(slug(&"abc ".repeat(100)).len(), 80 - 1);
    }

    #[test]
    fn words_of_a_text() {
        let all = |text| words(text).collect::<Vec<_>>();
        assert_eq!(all("T-Light HOLDER, 85123A"), ["t", "light", "holder", "85123a"]);
        assert_eq!(all("Café Ünï"), ["café", "ünï"]);
        assert!(all(" -!- ").is_empty());
    }
}
