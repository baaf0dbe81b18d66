//! A port as its author wrote it: read, and refused where it is not one.

mod call;
mod method;
mod port_arguments;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    call::{Call, MethodKind},
    method::{Argument, Method},
    port_arguments::PortArguments,
};

use proc_macro2::Span;
use syn::{
    Attribute, Error, Ident, ItemTrait, Result, Token, TraitItem, TypeParamBound, Visibility, punctuated::Punctuated,
};

/// A trait that is fit to be a port.
pub(crate) struct Port {
    /// Its name on the wire, such as `stock`.
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    /// The trait's own name, such as `Stock`.
    pub(crate) ident: Ident,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
    pub(crate) methods: Vec<Method>,
}

impl Port {
    pub(crate) fn read(arguments: PortArguments, item: ItemTrait) -> Result<Self> {
        refuse_unfit(&item)?;
        Ok(Self {
            name: arguments.name,
            version: arguments.version,
            methods: read_methods(item.items)?,
            attributes: item.attrs,
            visibility: item.vis,
            ident: item.ident,
            supertraits: item.supertraits,
        })
    }

    /// `Remote` and `Stock` make `RemoteStock`.
    pub(crate) fn prefixed(&self, prefix: &str) -> Ident {
        Ident::new(&format!("{prefix}{}", self.ident), self.ident.span())
    }

    /// `GiftCards` is `gift_cards` in the name of a function.
    pub(crate) fn snake_case(&self) -> String {
        snake_case(&self.ident.to_string())
    }
}

fn refuse_unfit(item: &ItemTrait) -> Result<()> {
    if !item.generics.params.is_empty() || item.generics.where_clause.is_some() {
        return Err(Error::new_spanned(&item.generics, "a port cannot be generic: both sides must know its types"));
    }
    if let Some(keyword) = &item.unsafety {
        return Err(Error::new_spanned(keyword, "a port cannot be unsafe"));
    }
    if item.items.is_empty() {
        return Err(Error::new_spanned(&item.ident, "a port needs at least one method"));
    }
    Ok(())
}

/// Every method, or everything that is wrong with any of them: an author wants to mend all at once.
fn read_methods(items: Vec<TraitItem>) -> Result<Vec<Method>> {
    let mut methods = Vec::new();
    let mut wrong: Option<Error> = None;
    for item in items {
        match read_item(item) {
            Ok(method) => methods.push(method),
            Err(error) => match &mut wrong {
                Some(errors) => errors.combine(error),
                None => wrong = Some(error),
            },
        }
    }
    wrong.map_or(Ok(methods), Err)
}

fn read_item(item: TraitItem) -> Result<Method> {
    match item {
        TraitItem::Fn(function) => Method::read(function),
        other => Err(Error::new_spanned(other, "a port has methods and nothing else")),
    }
}

pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// `hold_all` is `HoldAll` in the name of a type.
pub(crate) fn camel_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

/// An error about something that is not there to point at.
pub(crate) fn missing(what: &str) -> Error {
    Error::new(Span::call_site(), what)
}
