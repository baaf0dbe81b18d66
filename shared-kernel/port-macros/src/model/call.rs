//! `#[command(idempotent, timeout_ms = 500)]` and `#[query(timeout_ms = 200)]`.

use syn::{Attribute, Error, Ident, LitInt, Meta, Result, meta::ParseNestedMeta};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MethodKind {
    Query,
    Command,
}

/// How a method may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) kind: MethodKind,
    pub(crate) idempotent: bool,
    pub(crate) timeout_ms: u64,
}

impl Call {
    /// Takes the one attribute that says how `method` may be called out of its attributes.
    pub(crate) fn take(method: &Ident, attributes: &mut Vec<Attribute>) -> Result<Self> {
        let ours = |attribute: &mut Attribute| kind_of(attribute).is_some();
        let mut found = attributes.extract_if(.., ours).collect::<Vec<_>>().into_iter();
        let Some(attribute) = found.next() else {
            return Err(Error::new(
                method.span(),
                format!(
                    "say how `{method}` may be called: #[query(timeout_ms = 200)], \
                     #[command(timeout_ms = 500)] or #[command(idempotent, timeout_ms = 500)]"
                ),
            ));
        };
        if let Some(second) = found.next() {
            return Err(Error::new_spanned(second, format!("`{method}` is either one query or one command")));
        }
        Self::read(&attribute)
    }

    fn read(attribute: &Attribute) -> Result<Self> {
        let kind = kind_of(attribute).unwrap_or(MethodKind::Command);
        let mut call = Self { kind, idempotent: kind == MethodKind::Query, timeout_ms: 0 };
        if !matches!(attribute.meta, Meta::Path(_)) {
            attribute.parse_nested_meta(|meta| call.read_setting(&meta))?;
        }
        if call.timeout_ms == 0 {
            return Err(Error::new_spanned(
                attribute,
                "a call needs a time limit above zero, such as timeout_ms = 500",
            ));
        }
        Ok(call)
    }

    fn read_setting(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("timeout_ms") {
            self.timeout_ms = meta.value()?.parse::<LitInt>()?.base10_parse()?;
            return Ok(());
        }
        if !meta.path.is_ident("idempotent") {
            return Err(meta.error("a call knows `timeout_ms` and, for commands, `idempotent`"));
        }
        if self.kind == MethodKind::Query {
            return Err(meta.error("a query may always be repeated: leave `idempotent` out"));
        }
        self.idempotent = true;
        Ok(())
    }
}

fn kind_of(attribute: &Attribute) -> Option<MethodKind> {
    let path = attribute.path();
    if path.is_ident("query") {
        Some(MethodKind::Query)
    } else if path.is_ident("command") {
        Some(MethodKind::Command)
    } else {
        None
    }
}
