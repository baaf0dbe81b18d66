//! Rules for text that people write.

use kernel::card::holds_card_number;
use kernel_web::{ApiError, ApiResult};

/// The longest address that mail can be sent to (RFC 5321, 4.5.3.1.3, with its erratum).
const EMAIL: usize = 254;

/// Sane enough to be tried: only a letter that arrives shows that an address is right.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde hands a reference")]
pub(super) fn email(text: &str, _: &()) -> garde::Result {
    let (name, host) = text.rsplit_once('@').unwrap_or_default();
    let clean = |part: &str| part.chars().all(|letter| letter.is_alphanumeric() || letter.is_ascii_graphic());
    let labels = |host: &str| host.contains('.') && host.split('.').all(|label| !label.is_empty());
    let sane = (1..=64).contains(&name.len()) && !name.contains('@') && labels(host) && clean(text);
    if sane && text.len() <= EMAIL { Ok(()) } else { Err(garde::Error::new("not an email address")) }
}

/// 1 to `MAX` characters on one line.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde hands a reference")]
pub(super) fn line_of_text<const MAX: usize>(text: &str, _: &()) -> garde::Result {
    if text.trim().is_empty() {
        return Err(garde::Error::new("must not be empty"));
    }
    check::<MAX>(text, char::is_control)
}

/// The same where it may be left out.
#[expect(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "garde hands references")]
pub(super) fn some_line_of_text<const MAX: usize>(text: &Option<String>, cx: &()) -> garde::Result {
    text.as_ref().map_or(Ok(()), |text| line_of_text::<MAX>(text, cx))
}

/// At most `MAX` characters, on as many lines as one likes, where it may be left out.
#[expect(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "garde hands references")]
pub(super) fn some_text<const MAX: usize>(text: &Option<String>, _: &()) -> garde::Result {
    let bad = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    text.as_ref().map_or(Ok(()), |text| check::<MAX>(text, bad))
}

fn check<const MAX: usize>(text: &str, bad: impl Fn(char) -> bool) -> garde::Result {
    if text.chars().count() > MAX {
        return Err(garde::Error::new(format!("longer than {MAX} characters")));
    }
    if text.chars().any(bad) {
        return Err(garde::Error::new("must not hold control characters"));
    }
    Ok(())
}

/// Two capital letters.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde hands a reference")]
pub(super) fn country(text: &str, _: &()) -> garde::Result {
    let two = text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase());
    if two { Ok(()) } else { Err(garde::Error::new("not a country code of two capital letters (ISO 3166-1)")) }
}

/// The store never sees a card number. Each text comes with the place where it stands.
pub(super) fn refuse_cards<'a>(texts: impl IntoIterator<Item = (&'static str, Option<&'a String>)>) -> ApiResult<()> {
    let holds = |text: Option<&String>| text.is_some_and(|text| holds_card_number(text));
    match texts.into_iter().find(|(_, text)| holds(*text)) {
        Some((pointer, _)) => Err(ApiError::invalid(
            pointer,
            "card-number",
            "this holds a payment card number, which the store must not see",
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{country, email, line_of_text, some_text};

    #[test]
    fn an_email_address_is_sane() {
        for good in ["ada@example.com", "a.b+c@sub.example.co.uk", "ünï@exämple.de", "x@1.2"] {
            assert!(email(good, &()).is_ok(), "{good}");
        }
        let long = format!("{}@example.com", "x".repeat(65));
        for bad in
            ["", "ada", "@example.com", "ada@", "ada@example", "ada@example.", "a b@example.com", "a@b@c.de", &long]
        {
            assert!(email(bad, &()).is_err(), "{bad}");
        }
    }

    #[test]
    fn texts_have_their_limits() {
        assert!(line_of_text::<3>("abc", &()).is_ok() && line_of_text::<3>("äöü", &()).is_ok());
        for bad in ["", "  ", "abcd", "a\nb", "a\0"] {
            assert!(line_of_text::<3>(bad, &()).is_err(), "{bad:?}");
        }
        let some = |text: &str| some_text::<5>(&Some(text.to_owned()), &());
        assert!(some_text::<5>(&None, &()).is_ok() && some("a\nb").is_ok() && some("").is_ok());
        assert!(some("abcdef").is_err() && some("a\0").is_err());
        assert!(country("GB", &()).is_ok() && country("gb", &()).is_err() && country("GBR", &()).is_err());
    }
}
