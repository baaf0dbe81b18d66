//! Email addresses: which texts are one, and when two of them are the same.

use std::{borrow::Cow, fmt};

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest address that mail can be sent to (RFC 5321, 4.5.3.1.3, with its erratum), in bytes.
const LONGEST: usize = 254;

/// The longest part before the `@` (RFC 5321, 4.5.3.1.1), in bytes.
const LONGEST_LOCAL_PART: usize = 64;

/// One bare email address, as it was written: `ada@example.com`, `ünï@exämple.de`.
///
/// The part before the `@` has the characters that HTML allows in an email field, and letters, digits and marks of any
/// script (RFC 6531). The host is a name of at least two labels that DNS can hold, also in its own script (UTS #46). A
/// name (`Ada <ada@example.com>`), a scheme (`mailto:`) and a list of addresses are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = Email, min_length = 3, max_length = 254, example = "ada@example.com")]
pub struct Email(String);

/// The text is not an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an email address: write it alone, such as ada@example.com")]
pub struct EmailError;

impl Email {
    /// White space around the address is not part of it.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, host) = text.rsplit_once('@').ok_or(EmailError)?;
        let sane = text.len() <= LONGEST
            && (1..=LONGEST_LOCAL_PART).contains(&local.len())
            && local.chars().all(may_stand_in_local_part)
            && ascii_host(host).is_some_and(|host| host.contains('.'));
        if sane { Ok(Self(text.to_owned())) } else { Err(EmailError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key by which the address is searched; see [`fold_email`].
    pub fn folded(&self) -> String {
        fold_email(&self.0)
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// The key by which an address is searched. It is made here and compared byte by byte, so that every database finds the
/// same.
///
/// Case, compatibility forms and composition make no difference (NFKC and full case folding), and a host in its own
/// script is the same as its `xn--` form. A text that is no address is folded as a whole.
pub fn fold_email(text: &str) -> String {
    let text = text.trim();
    match text.rsplit_once('@') {
        Some((local, host)) => {
            let host = ascii_host(host).map_or_else(|| fold(host), Cow::into_owned);
            format!("{}@{host}", fold(local))
        }
        None => fold(text),
    }
}

/// NFKC and full case folding, until nothing changes any more: folding can take apart what was composed.
fn fold(text: &str) -> String {
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let once = |text: &str| nfkc.normalize(&CaseMapper::new().fold_string(&nfkc.normalize(text))).into_owned();
    once(&once(text))
}

/// The host as DNS knows it, in lower case.
fn ascii_host(host: &str) -> Option<Cow<'_, str>> {
    let uts46 = Uts46::new();
    uts46.to_ascii(host.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify).ok()
}

/// The production `atext` of RFC 5322 and the dot, as in HTML's email field; beyond ASCII what words are made of.
fn may_stand_in_local_part(letter: char) -> bool {
    if letter.is_ascii() {
        letter.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(letter)
    } else {
        letter.is_alphanumeric() || is_mark(letter)
    }
}

fn is_mark(letter: char) -> bool {
    use icu_properties::{CodePointMapData, props::GeneralCategory, props::GeneralCategoryGroup};
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(letter))
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Email, fold_email};

    #[test]
    fn an_address_stands_alone_and_has_a_host() {
        let longest_label = format!("ada@{}.example", "x".repeat(63));
        for good in [
            "ada@example.com",
            "a.b+c@sub.example.co.uk",
            "o'brien@example.ie",
            "ünï@exämple.de",
            "ada@exämple.de",
            "ada@xn--exmple-cua.de",
            "用户@例子.广告",
            "हिन्दी@उदाहरण.भारत",
            "x@1.2",
            "ada@ab--cd.com",
            "  ada@example.com\n",
            &longest_label,
        ] {
            assert_eq!(Email::parse(good).map(Email::into_string).as_deref(), Ok(good.trim()), "{good}");
        }
        let (long_name, long_label) = (format!("{}@example.com", "x".repeat(65)), format!("a@{}.com", "x".repeat(64)));
        let long = format!("ada@{}.com", ["x".repeat(60), "y".repeat(60), "z".repeat(60), "w".repeat(66)].join("."));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "ada@example.",
            "ada@.example.com",
            "ada@example..com",
            "a b@example.com",
            "a@b@c.de",
            "ada@hotmail.co,uk",
            "ada,bob@example.com",
            "<ada@example.com>",
            "Ada <ada@example.com>",
            "mailto:ada@example.com",
            "ada@example.com;bob@example.com",
            "ada@exam_ple.com",
            "ada@-example.com",
            "ada@example.com/x",
            "ada@[127.0.0.1]",
            "\"ada\"@example.com",
            "ada(me)@example.com",
            "ada@exa\u{0}mple.com",
            "ada\u{202e}@example.com",
            "ada\u{200b}@example.com",
            "ada＠example.com",
            &long_name,
            &long_label,
            &long,
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_address_is_found_however_it_is_written() {
        for (one, other) in [
            ("ada@exämple.de", "ADA@EXÄMPLE.DE"),
            ("ada@exämple.de", "ada@xn--exmple-cua.de"),
            ("ada@exa\u{308}mple.de", "ada@EX\u{c4}MPLE.DE"),
            ("ΣΊΣΥΦΟΣ@example.gr", "σίσυφος@example.gr"),
            ("straße@example.de", "STRASSE@example.de"),
            ("ａｄａ@example.com", " ada@example.com "),
            ("İbrahim@example.com", "i\u{307}brahim@example.com"),
        ] {
            assert_eq!(fold_email(one), fold_email(other), "{one} {other}");
        }
        for (one, other) in [("ada@example.com", "ada@example.org"), ("ada@example.com", "àda@example.com")] {
            assert_ne!(fold_email(one), fold_email(other), "{one} {other}");
        }
        assert_eq!(fold_email("ADA"), "ada");
        assert_eq!(fold_email("Ada@Not A Host"), "ada@not a host");
        assert_eq!(Email::parse("Ada@Example.COM").unwrap().folded(), "ada@example.com");
        for text in ["\u{1f80}\u{345}", "ǅ@x", "ﬃ"] {
            assert_eq!(fold_email(&fold_email(text)), fold_email(text), "{text}");
        }
    }
}
