//! The one rule for text that clients send: what it may hold, and how long it may be.
//!
//! [`Line`] and [`Prose`] are texts that keep the rule; a body's fields have them as types, so that a text is checked by
//! being read. [`forbidden`] is the rule for what is not kept: queries, paths and headers.

mod field;
mod unicode;

pub use field::{Line, Prose, optional};
pub use unicode::{decimal_digit, is_ignorable, is_mark, nfkc};

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("must not be blank")]
    Blank,
    #[error("longer than {0} characters")]
    TooLong(usize),
    #[error("must not hold control characters")]
    Control,
    #[error("must not hold line ends, tabs or other control characters")]
    ControlInLine,
    #[error(
        "must not hold characters that change the direction of writing (U+202A to U+202E, U+2066 to U+2069 and marks)"
    )]
    Direction,
    #[error("must not hold code points that Unicode keeps from being characters, such as U+FFFF")]
    Noncharacter,
}

/// What no text may hold, on one line or on several:
///
/// - control characters of C0 and C1, NUL among them: Postgres cannot store NUL, and the others act on terminals and logs;
/// - Unicode's `Bidi_Control`: it shows a text in another order than it has;
/// - noncharacters, which are for the inside of programs.
///
/// What is invisible but has a use in words and emoji, such as U+200D, is kept.
pub fn forbidden(letter: char) -> Option<TextError> {
    match letter {
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => Some(TextError::Control),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(TextError::Direction)
        }
        '\u{fdd0}'..='\u{fdef}' => Some(TextError::Noncharacter),
        _ if u32::from(letter) & 0xfffe == 0xfffe => Some(TextError::Noncharacter),
        _ => None,
    }
}

/// A text on one line, without the white space around it: 1 to `max` characters.
pub fn line(text: &str, max: usize) -> Result<&str, TextError> {
    if let Some(error) = text.chars().find_map(forbidden_in_line) {
        return Err(error);
    }
    let text = text.trim();
    if is_blank(text) {
        return Err(TextError::Blank);
    }
    if text.chars().count() > max { Err(TextError::TooLong(max)) } else { Ok(text) }
}

/// The rule of one line alone, for what has other limits.
pub fn forbidden_in_line(letter: char) -> Option<TextError> {
    match letter {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(TextError::ControlInLine),
        letter => forbidden(letter),
    }
}

/// A text on any number of lines, with tabs, 0 to `max` characters. Every line ends with `\n` alone.
pub fn prose(text: &str, max: usize) -> Result<String, TextError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let bad = |letter: char| if matches!(letter, '\n' | '\t') { None } else { forbidden(letter) };
    if let Some(error) = text.chars().find_map(bad) {
        return Err(error);
    }
    if text.chars().count() > max { Err(TextError::TooLong(max)) } else { Ok(text) }
}

/// Whether there is nothing to see: white space and invisible characters at most.
pub fn is_blank(text: &str) -> bool {
    let unseen = |letter: char| letter.is_whitespace() || letter == '\u{2800}' || is_ignorable(letter);
    text.chars().all(unseen)
}

#[cfg(test)]
mod tests {
    use super::{TextError, is_blank, line, prose};

    #[test]
    fn a_line_can_be_read() {
        for good in
            ["a", "Ada Lovelace", "Łódź", "e\u{301}", "👩\u{200d}🚀", "می\u{200c}خواهم", "שלום", "x\u{fffd}", "100 %"]
        {
            assert_eq!(line(good, 20), Ok(good), "{good:?}");
        }
        assert_eq!(line("  a b \u{a0}", 3), Ok("a b"));
        for (bad, error) in [
            ("", TextError::Blank),
            ("   ", TextError::Blank),
            ("\u{a0}\u{3000}", TextError::Blank),
            ("\u{200b}\u{feff}\u{3164}\u{2800}", TextError::Blank),
            ("abcdef", TextError::TooLong(5)),
            ("a\0b", TextError::Control),
            ("a\u{7}", TextError::Control),
            ("\u{1b}[2J", TextError::Control),
            ("a\u{7f}", TextError::Control),
            ("a\u{85}", TextError::Control),
            ("a\u{9b}", TextError::Control),
            ("a\nb", TextError::ControlInLine),
            ("a\n", TextError::ControlInLine),
            ("a\rb", TextError::ControlInLine),
            ("a\tb", TextError::ControlInLine),
            ("a\u{2028}b", TextError::ControlInLine),
            ("a\u{202e}b", TextError::Direction),
            ("a\u{2066}b", TextError::Direction),
            ("a\u{200f}b", TextError::Direction),
            ("a\u{61c}b", TextError::Direction),
            ("a\u{ffff}", TextError::Noncharacter),
            ("a\u{fdd0}", TextError::Noncharacter),
            ("a\u{10fffe}", TextError::Noncharacter),
        ] {
            assert_eq!(line(bad, 5), Err(error), "{bad:?}");
        }
    }

    #[test]
    fn prose_has_lines() {
        assert_eq!(prose("", 5).as_deref(), Ok(""));
        assert_eq!(prose("a\r\nb\rc\n\td", 9).as_deref(), Ok("a\nb\nc\n\td"));
        for (bad, error) in [
            ("abcdef", TextError::TooLong(5)),
            ("a\0", TextError::Control),
            ("a\u{b}", TextError::Control),
            ("a\u{202d}", TextError::Direction),
            ("a\u{fffe}", TextError::Noncharacter),
        ] {
            assert_eq!(prose(bad, 5), Err(error), "{bad:?}");
        }
        assert!(is_blank(" \n\u{200d}") && !is_blank("."));
    }
}
