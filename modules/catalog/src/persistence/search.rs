//! Chooses how to look for words: few products have a rare one, and a common one is soon met in any order.

use kernel_db::{Db, DbError};
use sea_orm::Value;

use super::read;

/// Products that a search reads and sorts, rather than walk the list until enough of them have turned up.
const FEW: i64 = 1_000;

/// The words that a product must have, each as the beginning of one of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Search {
    pub(crate) words: Vec<String>,
    /// The one by which to begin, when few products have it.
    pub(crate) rare: Option<String>,
}

impl Search {
    /// Looks up how common each of `words` is, until a rare one is found.
    pub(crate) async fn plan(db: &Db, words: Vec<String>) -> Result<Self, DbError> {
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM word WHERE word >= ? AND word < ? LIMIT ?) AS few";
        let mut rarest: Option<(i64, &String)> = None;
        for word in &words {
            let [from, to] = range(word);
            let rows = read(db, sql, [from, to, (FEW + 1).into()]).await?;
            let count: i64 = rows.first().map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
            if rarest.is_none_or(|(fewest, _)| count < fewest) {
                rarest = Some((count, word));
            }
        }
        let rare = rarest.filter(|(count, _)| *count <= FEW).map(|(_, word)| word.clone());
        Ok(Self { words, rare })
    }

    /// One condition on `p.words` for each word, and its value.
    pub(super) fn conditions(&self) -> impl Iterator<Item = Value> {
        // A word is letters and digits, so there is nothing to escape.
        self.words.iter().map(|word| format!("% {word}%").into())
    }
}

/// All words that begin with `word`, as they sort byte by byte.
pub(super) fn range(word: &str) -> [Value; 2] {
    [word.into(), format!("{word}\u{10ffff}").into()]
}
