//! Reads and writes at the same time: while one batch is written, the next is read.

use std::pin::pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use kernel_db::Cause;
use tokio::sync::mpsc;

use super::{
    ImportError, Report, RowError, Source,
    apply::{self, Applied, Halt},
    decode::Decoder,
    format::Cutter,
    paths::Paths,
    row::{Line, Row, Wrong},
    seen::{Before, Seen},
};
use crate::{error::CatalogError, service::Catalog};

/// Rows written in one transaction.
const BATCH: usize = 500;

/// A batch holds no more text than this, however long its rows are.
const BATCH_BYTES: usize = 1024 * 1024;

/// So many bytes are cut into rows at a time, however large a piece comes in.
const PIECE: usize = 16 * 1024;

/// So often a batch is begun again when another writer got there first.
const TRIES: usize = 5;

/// Paths of categories that are remembered.
const MOST_PATHS: usize = 20_000;

/// What is to be done with the rows.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) source: Source,
    /// Judge every row as if it were written, and keep nothing.
    pub(crate) dry_run: bool,
    pub(crate) cause: Cause,
}

impl Catalog {
    /// Takes in products, one in a row: a SKU that is there is updated, a new one becomes a product.
    ///
    /// `progress` is told after each batch how many rows have been read. With `dry_run` every row is judged
    /// and nothing is kept.
    ///
    /// # Errors
    ///
    /// [`ImportError`] when the header is no good or the stream breaks off. A bad row is no error: the
    /// report names it.
    pub async fn import<S, E>(
        &self,
        bytes: S,
        source: Source,
        dry_run: bool,
        progress: impl Fn(u64),
    ) -> Result<Report, ImportError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: std::fmt::Display,
    {
        let bytes = bytes.map(|piece| piece.map_err(|error| ImportError::broken_off(&error)));
        self.run_import(bytes, Job { source, dry_run, cause: Cause::default() }, progress).await
    }

    pub(crate) async fn run_import(
        &self,
        bytes: impl Stream<Item = Result<Bytes, ImportError>>,
        job: Job,
        progress: impl Fn(u64),
    ) -> Result<Report, ImportError> {
        let decoder = Decoder::new(job.source.charset, job.source.gzip);
        let cutter = Cutter::new(&job.source);
        let (sender, batches) = mpsc::channel::<Vec<Line>>(1);
        let write = async move {
            // When writing fails the receiver goes, and reading with it.
            let mut batches = batches;
            let mut writer = Writer::new(self, job);
            while let Some(batch) = batches.recv().await {
                writer.write(batch).await?;
                progress(writer.report.rows());
            }
            Ok::<_, ImportError>(writer.report)
        };
        let (read, written) = tokio::join!(read(bytes, (decoder, cutter), sender), write);
        let report = written?;
        match read {
            Ok(()) => Ok(report),
            Err(error) => Err(error.after(report)),
        }
    }
}

async fn read(
    bytes: impl Stream<Item = Result<Bytes, ImportError>>,
    (mut decoder, mut cutter): (Decoder, Cutter),
    sender: mpsc::Sender<Vec<Line>>,
) -> Result<(), ImportError> {
    let mut bytes = pin!(bytes);
    let mut lines: Vec<Line> = Vec::with_capacity(BATCH);
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk?;
        for piece in chunk.chunks(PIECE) {
            decoder.feed(piece, |text| cutter.feed(text, &mut lines))?;
            while lines.len() >= BATCH || size(&lines) >= BATCH_BYTES {
                let rest = lines.split_off(lines.len().min(BATCH));
                if sender.send(std::mem::replace(&mut lines, rest)).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
    decoder.finish(|text| cutter.feed(text, &mut lines))?;
    cutter.finish(&mut lines)?;
    // Without a receiver writing has failed, and says so itself.
    let _ = sender.send(lines).await;
    Ok(())
}

/// About how many bytes the rows take up.
fn size(lines: &[Line]) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let of = |row: &Row| length(&row.title) + length(&row.description) + 200;
    lines.iter().map(|line| line.as_ref().map_or(200, of)).sum()
}

/// Knows what has been written.
struct Writer<'a> {
    catalog: &'a Catalog,
    job: Job,
    seen: Seen,
    paths: Paths,
    report: Report,
}

impl<'a> Writer<'a> {
    fn new(catalog: &'a Catalog, job: Job) -> Self {
        let report = Report { dry_run: job.dry_run, ..Report::default() };
        Self { catalog, job, seen: Seen::new(), paths: Paths::new(), report }
    }

    async fn write(&mut self, lines: Vec<Line>) -> Result<(), ImportError> {
        let (rows, mut errors) = self.judge(lines);
        if !rows.is_empty() {
            let applied = self.apply(&rows).await?;
            errors.extend(self.count(&rows, applied));
        }
        errors.sort_by_key(|error| error.line);
        for error in errors {
            self.report.reject(error, self.catalog.config().import_errors);
        }
        Ok(())
    }

    /// Sorts out what is no row, and what came before.
    fn judge(&mut self, lines: Vec<Line>) -> (Vec<Row>, Vec<RowError>) {
        let mut rows = Vec::with_capacity(lines.len());
        let mut errors = Vec::new();
        for line in lines {
            match line.map(|row| (self.seen.before(&row), row)) {
                Ok((Before::New, row)) => rows.push(row),
                Ok((Before::Same, _)) => self.report.unchanged += 1,
                Ok((Before::Other, row)) => {
                    let wrong = Wrong::new("duplicate-sku", "the SKU stands on an earlier row with other content");
                    errors.push(row.wrong(wrong));
                }
                Err(error) => errors.push(error),
            }
        }
        (rows, errors)
    }

    async fn apply(&mut self, rows: &[Row]) -> Result<Applied, ImportError> {
        let mut tries = 1;
        loop {
            match self.try_to_apply(rows).await {
                Ok(applied) => return Ok(applied),
                Err(Halt::DryRun(applied)) => return Ok(*applied),
                Err(Halt::Failed(CatalogError::Raced)) if tries < TRIES => tries += 1,
                Err(Halt::Failed(CatalogError::Storage(error))) => return Err(error.into()),
                Err(Halt::Failed(_)) => return Err(ImportError::Raced),
            }
            // A category that was known may have been deleted.
            self.paths.clear();
        }
    }

    async fn try_to_apply(&self, rows: &[Row]) -> Result<Applied, Halt> {
        let (job, known) = (&self.job, (&self.paths, self.catalog.config().currency));
        self.catalog
            .db()
            .transact(|tx| async move {
                let applied = apply::batch(&tx, &job.cause, rows, known).await?;
                if job.dry_run { Err(Halt::DryRun(Box::new(applied))) } else { Ok(applied) }
            })
            .await
    }

    /// Answers the rows that the products refused.
    fn count(&mut self, rows: &[Row], applied: Applied) -> Vec<RowError> {
        self.report.created += applied.created;
        self.report.updated += applied.updated;
        self.report.unchanged += applied.unchanged;
        for row in applied.refused.iter().filter_map(|(index, _)| rows.get(*index)) {
            self.seen.forget(row);
        }
        if !self.job.dry_run {
            self.catalog.cache().tell(&applied.news);
            self.remember(applied.found.paths);
        }
        applied.refused.into_iter().map(|(_, error)| error).collect()
    }

    fn remember(&mut self, found: Paths) {
        if self.paths.len() + found.len() > MOST_PATHS {
            self.paths.clear();
        }
        self.paths.extend(found);
    }
}
