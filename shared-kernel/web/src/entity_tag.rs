//! Entity tags (RFC 9110, 8.8.3), and the lists of them in conditional requests.
//!
//! A body that is compressed on its way has a tag of its own, made from the tag of the body as it is: `"abc"` becomes
//! `"abc-gzip"`. Both name one state, so that either may stand in a condition.

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH},
};

/// What a tag ends in, before its closing quote, when it names compressed bytes.
const COMPRESSED: &str = "-gzip";

/// The tag of the same body once it is compressed. `None` for a tag that is weak or none at all.
pub fn compressed_etag(etag: &str) -> Option<String> {
    let opaque = etag.strip_prefix('"')?.strip_suffix('"')?;
    Some(format!("\"{opaque}{COMPRESSED}\""))
}

/// What stands in `If-Match` or `If-None-Match`, on one line or on several.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tags {
    Any,
    These(Vec<Tag>),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    is_weak: bool,
    /// With its quotes.
    opaque: String,
}

impl Tags {
    /// `None` when the header is not there.
    ///
    /// # Errors
    ///
    /// When it is no list of entity tags.
    pub(crate) fn of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Malformed> {
        let lines: Vec<&[u8]> = headers.get_all(name).map(HeaderValue::as_bytes).collect();
        if lines.is_empty() { Ok(None) } else { parse(&lines.join(&b", "[..])).map(Some).ok_or(Malformed) }
    }

    /// The tags that a strong comparison may find equal, without what compressing added. `*` for any.
    pub(crate) fn strong(&self) -> String {
        match self {
            Self::Any => "*".to_owned(),
            Self::These(tags) => {
                let strong: Vec<String> = tags.iter().filter(|tag| !tag.is_weak).map(Tag::plain).collect();
                strong.join(", ")
            }
        }
    }

    /// The tag among these that a weak comparison finds equal to `etag`, as the client has it.
    fn names(&self, etag: &str) -> Option<String> {
        match self {
            Self::Any => Some(etag.to_owned()),
            Self::These(tags) => {
                tags.iter().find_map(|tag| (tag.opaque == etag || tag.plain() == etag).then(|| tag.opaque.clone()))
            }
        }
    }
}

impl Tag {
    fn plain(&self) -> String {
        let inside = self.opaque.strip_suffix('"').and_then(|opaque| opaque.strip_suffix(COMPRESSED));
        inside.map_or_else(|| self.opaque.clone(), |inside| format!("{inside}\""))
    }
}

/// The header holds no list of entity tags.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The tag by which a client that reads has `etag` still (weak comparison, RFC 9110, 13.1.2). What cannot be read as
/// a condition is none.
pub(crate) fn still_has(request: &HttpRequest, etag: &str) -> Option<String> {
    Tags::of(request.headers(), &IF_NONE_MATCH).ok().flatten()?.names(etag)
}

fn parse(mut text: &[u8]) -> Option<Tags> {
    if text.trim_ascii() == b"*" {
        return Some(Tags::Any);
    }
    let mut tags = Vec::new();
    loop {
        text = text.trim_ascii_start();
        if let [b',', rest @ ..] = text {
            text = rest; // an element of a list may be empty (RFC 9110, 5.6.1)
            continue;
        }
        if text.is_empty() {
            return (!tags.is_empty()).then_some(Tags::These(tags));
        }
        let (tag, rest) = one(text)?;
        tags.push(tag);
        text = rest.trim_ascii_start();
        if !text.is_empty() && !text.starts_with(b",") {
            return None;
        }
    }
}

fn one(text: &[u8]) -> Option<(Tag, &[u8])> {
    let quoted = text.strip_prefix(b"W/").unwrap_or(text);
    let inside = quoted.strip_prefix(b"\"")?;
    let length = inside.iter().position(|byte| *byte == b'"')?;
    let (opaque, rest) = inside.split_at_checked(length)?;
    let is_fine = opaque.iter().all(|byte| *byte > b' ' && *byte != 0x7f);
    let opaque = format!("\"{}\"", String::from_utf8_lossy(opaque));
    is_fine.then_some((Tag { is_weak: quoted.len() != text.len(), opaque }, rest.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strong(text: &str) -> Option<String> {
        parse(text.as_bytes()).map(|tags| tags.strong())
    }

    #[test]
    fn lists_of_tags_are_read_as_they_are_written() {
        for (text, read) in [
            ("*", Some("*")),
            (" * ", Some("*")),
            ("\"a\"", Some("\"a\"")),
            ("\"a\" ,\t\"b\"", Some("\"a\", \"b\"")),
            (", \"a\",, \"b\",", Some("\"a\", \"b\"")),
            ("\"a,b\"", Some("\"a,b\"")),
            ("\"\"", Some("\"\"")),
            ("W/\"a\"", Some("")),
            ("W/\"a\", \"b\"", Some("\"b\"")),
            ("\"a-gzip\"", Some("\"a\"")),
            ("", None),
            (" , ", None),
            ("a", None),
            ("\"a", None),
            ("\"a\" \"b\"", None),
            ("\"a\", *", None),
            ("w/\"a\"", None),
            ("\"a b\"", None),
        ] {
            assert_eq!(strong(text).as_deref(), read, "{text:?}");
        }
    }

    #[test]
    fn a_tag_of_compressed_bytes_is_strong_and_leads_back() {
        let compressed = compressed_etag("\"a\"").unwrap();
        assert_eq!((compressed.as_str(), strong(&compressed).as_deref()), ("\"a-gzip\"", Some("\"a\"")));
        assert_eq!((compressed_etag("W/\"a\""), compressed_etag("a")), (None, None));
    }
}
