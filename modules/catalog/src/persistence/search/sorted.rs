//! A page by name or price.

use kernel_db::{DbError, Dialect};

use super::{
    SHORT_WALK, Search, first_of_few,
    matching::Field,
    statement::{From, Statement, Stretch, To},
};
use crate::{
    domain::{
        listing::Place,
        ranges::{List, Span},
        terms,
    },
    persistence::{ranges, wanted::place},
};

/// Steps of one walk for words that many products have.
const LONG_WALK: i64 = if cfg!(test) { 6 } else { 2_000 };

/// Such walks for one page. After them everything is sorted.
const WALKS: usize = if cfg!(test) { 4 } else { 7 };

/// Such walks while nothing is known of the list's parts.
const BLIND_WALKS: usize = 2;

/// Products that are sorted rather than walked to. Matches are far apart on the disk, more so on Postgres.
const fn few(dialect: Dialect) -> i64 {
    if cfg!(test) {
        return 8;
    }
    match dialect {
        Dialect::Sqlite => 5_000,
        Dialect::Postgres => 4_000,
    }
}

impl Search<'_> {
    pub(super) async fn sorted(&self) -> Result<Vec<Place>, DbError> {
        let mut found: Vec<Place> = Vec::new();
        let chunks = self.chunks();
        let several = chunks.len() > 1;
        for shelves in chunks {
            let statement = Statement {
                query: self.query,
                field: Field::Any,
                shelves,
                status: self.wanted.status,
                rows: self.wanted.rows,
            };
            found.extend(if several { self.all(&statement).await? } else { self.page(&statement).await? });
        }
        if several {
            self.wanted.arrange(&mut found);
        }
        Ok(found)
    }

    async fn page(&self, statement: &Statement<'_>) -> Result<Vec<Place>, DbError> {
        let mut found: Vec<Place> = Vec::new();
        let stretch = Stretch::of(self.wanted);
        let Some(end) = self.walk(statement, &stretch, SHORT_WALK, &mut found).await? else { return Ok(found) };
        if self.is_full(&found) {
            return Ok(found);
        }
        if let Some(page) = self.all_of_few(statement).await? {
            return Ok(page);
        }
        let known = self.spans(statement).await?;
        let mut walks = if known.is_some() { WALKS } else { BLIND_WALKS };
        let mut spans = known.unwrap_or_else(|| vec![Span { low: None, high: None }]);
        if self.wanted.order.descending {
            spans.reverse();
        }
        let from = From::After(end);
        for span in spans {
            let mut next = Stretch::in_span(self.wanted, &from, &span);
            while let Some(stretch) = next.take() {
                if walks == 0 {
                    return self.all(statement).await;
                }
                walks -= 1;
                let end = self.walk(statement, &stretch, LONG_WALK, &mut found).await?;
                if self.is_full(&found) {
                    return Ok(found);
                }
                next = end.map(|end| Stretch { from: From::After(end), ..stretch });
            }
        }
        Ok(found)
    }

    /// Everything that matches, sorted; `None` when it is much. SQLite counts cheaply, Postgres does both at once.
    async fn all_of_few(&self, statement: &Statement<'_>) -> Result<Option<Vec<Place>>, DbError> {
        let few = few(self.db.dialect());
        if self.db.dialect() == Dialect::Postgres {
            let rows = self.rows(statement.sorted_few(self.wanted, few)).await?;
            return first_of_few(&rows, few, |row| place(self.wanted.order, row));
        }
        match self.one(statement.count(few)).await? {
            Some(0) => Ok(Some(Vec::new())),
            Some(count) if count < few => self.all(statement).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Everything that matches, sorted.
    async fn all(&self, statement: &Statement<'_>) -> Result<Vec<Place>, DbError> {
        let (sql, values) = statement.sorted(self.db.dialect(), self.wanted);
        self.run_sorted(sql, values).await
    }

    fn is_full(&self, found: &[Place]) -> bool {
        u64::try_from(found.len()).is_ok_and(|found| found >= self.wanted.rows)
    }

    /// Walks at most `steps` of `stretch` and adds what matches; answers where it stands then, `None` at the end.
    async fn walk(
        &self,
        statement: &Statement<'_>,
        stretch: &Stretch,
        steps: i64,
        found: &mut Vec<Place>,
    ) -> Result<Option<Place>, DbError> {
        let (sql, values) = statement.step(self.wanted, stretch, steps);
        let end = self.run_sorted(sql, values).await?.pop();
        let to = end.clone().map_or_else(|| stretch.to.clone(), To::Place);
        let stretch = Stretch { from: stretch.from.clone(), to };
        let rows = self.wanted.rows.saturating_sub(u64::try_from(found.len()).unwrap_or(u64::MAX));
        let (sql, values) = Statement { rows, ..*statement }.walk(self.wanted, &stretch);
        found.extend(self.run_sorted(sql, values).await?);
        Ok(end)
    }

    /// Where in the list the words can be, in ascending order; `None` while that is not known.
    async fn spans(&self, statement: &Statement<'_>) -> Result<Option<Vec<Span>>, DbError> {
        let list = List::of(self.wanted.order.column);
        let hints: Vec<&str> = self.query.hints().collect();
        let shelves: Vec<String> = statement.shelves.iter().map(|&shelf| terms::category(shelf)).collect();
        let known = ranges::parts_with(self.db, list, &hints, &shelves).await?;
        Ok(known.map(|(cut, parts)| cut.spans(parts)))
    }
}
