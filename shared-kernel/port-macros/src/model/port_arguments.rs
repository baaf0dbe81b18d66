//! `name = "stock", version = 1`.

use syn::{
    Error, Ident, LitInt, LitStr, Result, Token,
    parse::{Parse, ParseStream},
};

use super::missing;

/// What stands in the brackets of `#[port(…)]`.
pub(crate) struct PortArguments {
    pub(crate) name: String,
    pub(crate) version: u32,
}

impl Parse for PortArguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let (mut name, mut version) = (None, None);
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            match key.to_string().as_str() {
                "name" => name = Some(read_name(&input.parse()?)?),
                "version" => version = Some(read_version(&input.parse()?)?),
                _ => return Err(Error::new(key.span(), "a port has a `name` and a `version`")),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Self {
            name: name.ok_or_else(|| missing("a port needs a name: #[port(name = \"stock\", version = 1)]"))?,
            version: version
                .ok_or_else(|| missing("a port needs a version: #[port(name = \"stock\", version = 1)]"))?,
        })
    }
}

/// The name is part of addresses and of problem types, and `problem` is what every port's problems are called.
fn read_name(literal: &LitStr) -> Result<String> {
    let name = literal.value();
    let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !letters || !name.starts_with(|first: char| first.is_ascii_lowercase()) || name.ends_with('-') {
        return Err(Error::new_spanned(literal, "a port's name is in kebab-case, such as \"gift-cards\""));
    }
    if name == "problem" {
        return Err(Error::new_spanned(literal, "`problem` is taken: it names the problems that every port shares"));
    }
    Ok(name)
}

fn read_version(literal: &LitInt) -> Result<u32> {
    match literal.base10_parse() {
        Ok(version) if version > 0 => Ok(version),
        _ => Err(Error::new_spanned(literal, "a port's version counts from 1")),
    }
}
