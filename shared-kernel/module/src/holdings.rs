use std::fmt;

/// The number of rows of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// As one of them is called, such as `open hold`.
    pub one: &'static str,
    pub many: &'static str,
    pub count: i64,
}

/// What a module's database has that could be lost, in words for a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings(Vec<Holding>);

impl Holdings {
    pub fn new(all: impl IntoIterator<Item = Holding>) -> Self {
        Self(all.into_iter().filter(|holding| holding.count > 0).collect())
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Holding {
    pub const fn of(one: &'static str, many: &'static str, count: i64) -> Self {
        Self { one, many, count }
    }
}

impl fmt::Display for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, if self.count == 1 { self.one } else { self.many })
    }
}

impl fmt::Display for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        let words: Vec<String> = self.0.iter().map(Holding::to_string).collect();
        f.write_str(&words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Holding, Holdings};

    #[test]
    fn what_is_there_is_said_in_words() {
        let holdings = |holds| {
            Holdings::new([Holding::of("level", "levels", 27), Holding::of("open hold", "open holds", holds)])
                .to_string()
        };
        assert_eq!(
            [holdings(0), holdings(1), holdings(3)],
            ["27 levels", "27 levels, 1 open hold", "27 levels, 3 open holds"]
        );
        assert_eq!((Holdings::new([]).is_empty(), Holdings::default().to_string()), (true, "nothing".to_owned()));
    }
}
