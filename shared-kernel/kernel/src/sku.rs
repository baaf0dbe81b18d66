//! The word that catalog and inventory share for one sellable thing.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A stock keeping unit: 1 to 64 of `A-Z a-z 0-9 . _ -`, with spaces inside but not at the ends.
///
/// Cheap to clone. Two SKUs are the same only when every letter is, case included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]([A-Za-z0-9._ -]{0,62}[A-Za-z0-9._-])?$", example = "85123A")]
pub struct Sku(Arc<str>);

/// Why a text is not a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SKU is 1 to 64 of A-Z a-z 0-9 . _ - with spaces only inside")]
pub struct SkuError;

impl Sku {
    pub const MAX_LENGTH: usize = 64;

    pub fn parse(text: &str) -> Result<Self, SkuError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b' ');
        let sane = (1..=Self::MAX_LENGTH).contains(&text.len())
            && text.bytes().all(allowed)
            && !text.starts_with(' ')
            && !text.ends_with(' ');
        if sane { Ok(Self(text.into())) } else { Err(SkuError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Sku {
    type Err = SkuError;

    fn from_str(text: &str) -> Result<Self, SkuError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Sku {
    type Error = SkuError;

    fn try_from(text: String) -> Result<Self, SkuError> {
        Self::parse(&text)
    }
}

impl From<Sku> for String {
    fn from(sku: Sku) -> Self {
        sku.0.as_ref().to_owned()
    }
}

impl AsRef<str> for Sku {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Sku;

    #[test]
    fn accepts_what_the_rule_names_and_nothing_else() {
        for good in ["85123A", "a", "POST", "CUP.blue_2-x", "two words", &"x".repeat(64)] {
            assert!(Sku::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["", " lead", "trail ", "sl/ash", "ünï", "tab\tbed", &"x".repeat(65)] {
            assert!(Sku::parse(bad).is_err(), "{bad:?}");
        }
    }
}
