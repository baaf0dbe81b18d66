//! A row as its author wrote it: read, and refused where it is not one.

#[cfg(test)]
mod tests;

use syn::{Attribute, Data, DeriveInput, Error, Fields, Generics, Ident, Result, Type, ext::IdentExt as _};

/// A struct that is fit to be written as rows.
pub(crate) struct Row {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) columns: Vec<Column>,
}

pub(crate) struct Column {
    pub(crate) field: Ident,
    pub(crate) ty: Type,
    /// Is not changed: it finds the row, or is written once.
    pub(crate) is_fixed: bool,
}

impl Column {
    /// `r#type` is the column `type`.
    pub(crate) fn name(&self) -> String {
        self.field.unraw().to_string()
    }
}

impl Row {
    pub(crate) fn read(item: DeriveInput) -> Result<Self> {
        let DeriveInput { ident, generics, data, .. } = item;
        let named = match data {
            Data::Struct(data) => match data.fields {
                Fields::Named(fields) if !fields.named.is_empty() => fields.named,
                _ => return Err(Error::new_spanned(&ident, "a row needs named fields: each is a column")),
            },
            _ => return Err(Error::new_spanned(&ident, "a row is a struct")),
        };
        let mut columns = Vec::new();
        for field in named {
            let is_fixed = read_fixed(&field.attrs)?;
            // Named fields have names.
            if let Some(name) = field.ident {
                columns.push(Column { field: name, ty: field.ty, is_fixed });
            }
        }
        Ok(Self { ident, generics, columns })
    }
}

/// Whether `#[rows(key)]` or `#[rows(fixed)]` is said.
fn read_fixed(attributes: &[Attribute]) -> Result<bool> {
    let mut is_fixed = false;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("rows")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("key") || meta.path.is_ident("fixed") {
                is_fixed = true;
                return Ok(());
            }
            Err(meta.error("a column may be a `key` or `fixed`"))
        })?;
    }
    Ok(is_fixed)
}
