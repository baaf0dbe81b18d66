use anyhow::bail;

/// What a module is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

/// Words that a crate or a type cannot be called, and crates that there are.
const TAKEN: [&str; 19] = [
    "app",
    "architecture",
    "async",
    "await",
    "banyan",
    "config",
    "crate",
    "dyn",
    "kernel",
    "match",
    "module",
    "port",
    "self",
    "static",
    "struct",
    "suite",
    "trait",
    "type",
    "xtask",
];

impl Name {
    /// Small letters alone, so that the name is the same in a path, a crate, a setting and the environment.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let fits = (3..=20).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_lowercase());
        if !fits {
            bail!("`{text}` cannot be a module's name: 3 to 20 small letters, such as `reviews`");
        }
        if TAKEN.contains(&text) {
            bail!("`{text}` is a word of Rust or a crate of this repository: take another name");
        }
        Ok(Self(text.to_owned()))
    }

    /// `reviews`.
    pub(crate) fn snake(&self) -> &str {
        &self.0
    }

    /// `Reviews`.
    pub(crate) fn camel(&self) -> String {
        let mut letters = self.0.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    }

    /// `REVIEWS`.
    pub(crate) fn screaming(&self) -> String {
        self.0.to_ascii_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_are_small_letters() {
        let name = Name::parse("reviews").unwrap();
        assert_eq!((name.snake(), &*name.camel(), &*name.screaming()), ("reviews", "Reviews", "REVIEWS"));
        for (wrong, said) in [
            ("", "3 to 20 small letters"),
            ("Reviews", "small letters"),
            ("gift-cards", "small letters"),
            ("../etc", "small letters"),
            ("type", "a word of Rust"),
            ("kernel", "a crate of this repository"),
        ] {
            let refused = Name::parse(wrong).unwrap_err().to_string();
            assert!(refused.contains(said), "{wrong}: {refused}");
        }
    }
}
