//! The rules for every string of a body, names of members included, whatever the body's type says.

use kernel::{card::holds_card_number, text};
use serde_json::Value;

use super::pointer::join;
use crate::{ApiError, ApiResult};

/// Members that name what the shop has named. A shop's own words are not searched for card numbers.
const SHOPS_WORDS: [&str; 1] = ["sku"];

/// 422 with the place of the first string that breaks a rule. A body that is not JSON is left to the decoder.
pub(super) fn judge(raw: &[u8], buyer: bool) -> ApiResult<()> {
    if is_plain(raw, buyer) {
        return Ok(());
    }
    match serde_json::from_slice::<Value>(raw) {
        Ok(body) => Walk { buyer }.value(&body, &mut Vec::new()),
        Err(_) => Ok(()),
    }
}

/// Whether the bytes alone show that no string can break a rule, as those of most bodies do.
fn is_plain(raw: &[u8], buyer: bool) -> bool {
    let plain = raw.iter().all(|&byte| byte != b'\\' && byte < 0x7f);
    plain && !(buyer && raw.iter().filter(|byte| byte.is_ascii_digit()).nth(12).is_some())
}

struct Walk {
    buyer: bool,
}

impl Walk {
    fn value<'a>(&self, value: &'a Value, path: &mut Vec<&'a str>) -> ApiResult<()> {
        match value {
            Value::Null | Value::Bool(_) => Ok(()),
            Value::Number(number) => self.cards(&number.to_string(), path),
            Value::String(text) => self.text(text, path),
            Value::Array(items) => self.items(items, path),
            Value::Object(members) => members.iter().try_for_each(|(name, value)| {
                self.text(name, path)?;
                path.push(name);
                self.value(value, path)?;
                path.pop();
                Ok(())
            }),
        }
    }

    fn items(&self, items: &[Value], path: &[&str]) -> ApiResult<()> {
        items.iter().enumerate().try_for_each(|(index, item)| {
            let index = index.to_string();
            let mut path: Vec<&str> = path.iter().copied().chain([index.as_str()]).collect();
            self.value(item, &mut path)
        })
    }

    fn text(&self, text: &str, path: &[&str]) -> ApiResult<()> {
        let bad = |letter: char| if matches!(letter, '\n' | '\r' | '\t') { None } else { text::forbidden(letter) };
        match text.chars().find_map(bad) {
            Some(error) => Err(ApiError::invalid(join(path.iter().copied()), "invalid-value", error.to_string())),
            None => self.cards(text, path),
        }
    }

    /// The refusal does not repeat the number.
    fn cards(&self, text: &str, path: &[&str]) -> ApiResult<()> {
        let searched = self.buyer && path.last().is_none_or(|member| !SHOPS_WORDS.contains(member));
        if searched && holds_card_number(text) {
            let message = "this holds a payment card number, which the store must not see";
            return Err(ApiError::invalid(join(path.iter().copied()), "card-number", message));
        }
        Ok(())
    }
}
