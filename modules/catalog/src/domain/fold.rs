//! Text as searches see it: the same letters however they are written.

use deunicode::deunicode_char;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A search word is cut to this many letters.
const LONGEST_WORD: usize = 40;

/// Without case, accents and compatibility forms: `ΣΊΣΥΦΟΣ`, `σίσυφος` and `σισυφοσ` are one text, and so are `Café`,
/// `cafe` and `cafe` with a combining accent.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain = text.nfkd().filter(|letter| !is_accent(*letter));
    // Up and down again is Unicode's full case folding, but for a few letters of Cherokee: ß, ς and ı become ss, σ and i.
    let folded = plain.flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let mut text = String::with_capacity(text.len());
    for letter in folded {
        // Letters with a stroke have no decomposition.
        match deunicode_char(letter).filter(|_| matches!(letter, '\u{e0}'..='\u{24f}')) {
            Some(plain) => text.push_str(plain),
            None => text.push(letter),
        }
    }
    text.nfc().collect()
}

/// The marks that Latin, Greek, Cyrillic, Hebrew and Arabic can be read without. Those of other scripts are letters of
/// their words.
const fn is_accent(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e8}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
        | '\u{ad}')
}

/// What is written without spaces between its words.
const fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// How a letter takes part in words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Gap,
    Spaced,
    Unspaced,
}

fn class(letter: char) -> Class {
    match letter {
        _ if is_unspaced(letter) => Class::Unspaced,
        _ if letter.is_alphanumeric() || is_combining_mark(letter) => Class::Spaced,
        _ => Class::Gap,
    }
}

/// The words by which a text is found; letters and digits make a word, everything else parts them. Of what is written
/// without spaces each pair of letters is a word, and the last letter.
pub(crate) fn words(text: &str) -> Vec<String> {
    split(text, Vec::push)
}

/// The words that a query asks for. A text has them all where it has the query.
pub(crate) fn query_words(query: &str) -> Vec<String> {
    split(query, |pairs, last| {
        if pairs.is_empty() {
            pairs.push(last);
        }
    })
}

/// The letters and digits of `text` as one word: a SKU is often typed without its punctuation.
pub(crate) fn joined(text: &str) -> String {
    fold(text).chars().filter(|letter| class(*letter) != Class::Gap).take(LONGEST_WORD).collect()
}

/// `end` gets the pairs of a run without spaces, and its last letter.
fn split(text: &str, end: impl Fn(&mut Vec<String>, String)) -> Vec<String> {
    let folded = fold(text);
    let mut words = Vec::new();
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        let kind = class(first);
        let length = rest.find(|letter| class(letter) != kind).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        rest = after;
        match kind {
            Class::Spaced if run.chars().any(char::is_alphanumeric) => {
                words.push(run.chars().take(LONGEST_WORD).collect());
            }
            Class::Unspaced => {
                let mut pairs: Vec<String> =
                    run.chars().zip(run.chars().skip(1)).map(|(one, next)| [one, next].iter().collect()).collect();
                end(&mut pairs, run.chars().last().into_iter().collect());
                words.append(&mut pairs);
            }
            Class::Spaced | Class::Gap => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{joined, query_words, words};

    #[test]
    fn words_of_a_text() {
        for (text, expected) in [
            ("T-Light HOLDER, 85123A", vec!["t", "light", "holder", "85123a"]),
            ("Café Ünï", vec!["cafe", "uni"]),
            ("cafe\u{301} cre\u{300}me", vec!["cafe", "creme"]),
            ("ΣΊΣΥΦΟΣ σίσυφος", vec!["σισυφοσ", "σισυφοσ"]),
            ("İstanbul ISPARTA ısparta", vec!["istanbul", "isparta", "isparta"]),
            ("Straße Øl Łódź Ærø", vec!["strasse", "ol", "lodz", "aero"]),
            ("ﬁne ＡＢ１２ ½", vec!["fine", "ab12", "1", "2"]),
            ("हिन्दी", vec!["हिन्दी"]),
            ("한글 책", vec!["한글", "책"]),
            ("ぱん", vec!["ぱん", "ん"]),
            ("青茶碗5号", vec!["青茶", "茶碗", "碗", "5", "号"]),
            ("<b>\"AND\"* NEAR(x)", vec!["b", "and", "near", "x"]),
            (" -!- ", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text:?}");
        }
        assert_eq!(words(&"x".repeat(100)), ["x".repeat(40)]);
    }

    #[test]
    fn words_of_a_query() {
        assert_eq!(query_words("茶碗"), ["茶碗"]);
        assert_eq!(query_words("碗"), ["碗"]);
        assert_eq!(query_words("mug 青茶碗"), ["mug", "青茶", "茶碗"]);
    }

    #[test]
    fn a_sku_without_its_punctuation() {
        assert_eq!(joined("MUG-CHALK.1"), "mugchalk1");
    }
}
