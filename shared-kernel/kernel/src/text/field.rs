//! The rule as types of a body's fields.

use std::{borrow::Cow, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::{TextError, is_blank, line, prose};

/// 1 to `MAX` characters on one line, without white space around them; see [`line()`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const MAX: usize>(String);

/// 0 to `MAX` characters on any number of lines; see [`prose`].
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prose<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        line(text, MAX).map(|text| Self(text.to_owned()))
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MAX: usize> Prose<MAX> {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        prose(text, MAX).map(Self)
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// A field that may be left out, be null, or be blank, which all mean the same: there is no text.
///
/// `#[serde(default, deserialize_with = "kernel::text::optional")]`
pub fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<String, Error = TextError>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    // A control character is refused, also where there is nothing else to see.
    let nothing = |text: &String| is_blank(text) && text.chars().all(|letter| super::forbidden(letter).is_none());
    match text.filter(|text| !nothing(text)) {
        Some(text) => T::try_from(text).map(Some).map_err(serde::de::Error::custom),
        None => Ok(None),
    }
}

fn schema(min: usize, max: usize) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).min_length((min > 0).then_some(min)).max_length(Some(max)).into()
}

macro_rules! text_type {
    ($name:ident, $min:literal) => {
        impl<const MAX: usize> TryFrom<String> for $name<MAX> {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                Self::parse(&text)
            }
        }

        impl<const MAX: usize> From<$name<MAX>> for String {
            fn from(text: $name<MAX>) -> Self {
                text.0
            }
        }

        impl<const MAX: usize> Deref for $name<MAX> {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize> PartialSchema for $name<MAX> {
            fn schema() -> RefOr<Schema> {
                schema($min, MAX)
            }
        }

        impl<const MAX: usize> ToSchema for $name<MAX> {
            fn name() -> Cow<'static, str> {
                Cow::Owned(format!(concat!(stringify!($name), "{}"), MAX))
            }
        }
    };
}

text_type!(Line, 1);
text_type!(Prose, 0);

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{Line, Prose, optional};

    #[derive(Debug, Deserialize)]
    struct Body {
        title: Line<5>,
        #[serde(default, deserialize_with = "optional")]
        subtitle: Option<Line<5>>,
        #[serde(default)]
        description: Prose<9>,
    }

    fn read(json: &str) -> Result<Body, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn fields_are_checked_by_being_read() {
        let body = read(r#"{"title": " a ", "subtitle": "b", "description": "c\r\nd"}"#).unwrap();
        assert_eq!((&*body.title, body.subtitle.as_deref(), &*body.description), ("a", Some("b"), "c\nd"));
        for nothing in
            [r#"{"title": "a"}"#, r#"{"title": "a", "subtitle": null}"#, r#"{"title": "a", "subtitle": " "}"#]
        {
            assert_eq!(read(nothing).unwrap().subtitle, None, "{nothing}");
        }
        for (bad, word) in [
            (r#"{"title": ""}"#, "blank"),
            (r#"{"title": "a\u0000"}"#, "control"),
            (r#"{"title": "\ud800"}"#, "hex escape"),
            (r#"{"title": "a", "subtitle": "\u0000"}"#, "control"),
            (r#"{"title": "a", "subtitle": "abcdef"}"#, "longer"),
            (r#"{"title": "a", "description": "\u202e"}"#, "direction"),
        ] {
            assert!(read(bad).unwrap_err().contains(word), "{bad}");
        }
    }
}
