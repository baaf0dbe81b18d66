//! An import under an idempotency key.
//!
//! The rows are written in many transactions, so the key cannot stand in one with all of them. It need not: an
//! import that is repeated changes nothing twice. The key keeps the report.

use std::pin::pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use kernel_db::{
    DbError,
    idempotency::{self, Answer, Claim, Key, KeyRefusal},
};
use sha2::{Digest, Sha256};

use super::{ImportError, Job};
use crate::service::Catalog;

impl Catalog {
    /// Imports; with a key that has its answer already, answers that again.
    pub(crate) async fn import_once(
        &self,
        key: Option<&str>,
        job: Job,
        bytes: impl Stream<Item = Result<Bytes, ImportError>>,
    ) -> Result<Answer, ImportError> {
        let operation = format!("import products {:?} {}", job.source, job.dry_run);
        let mut digest = Sha256::new();
        let hashed = bytes.inspect(|chunk| {
            if let Ok(chunk) = chunk {
                digest.update(chunk);
            }
        });
        let Some(key) = key else {
            return Ok(Answer::new(200, None, &self.run_import(hashed, job, |_| ()).await?)?);
        };
        let report = if self.is_known(key).await? {
            drain(hashed).await?;
            None
        } else {
            Some(self.run_import(hashed, job, |_| ()).await?)
        };
        let key = kernel_module::key("admin", key, &operation, &format!("{:x}", digest.finalize()));
        match report {
            Some(report) => {
                let report = &report;
                idempotency::once(self.db(), Some(&key), |_| async move { Ok(Answer::new(200, None, report)?) }).await
            }
            None => self.kept(&key).await,
        }
    }

    /// Whether the key was used, for whatever.
    async fn is_known(&self, key: &str) -> Result<bool, DbError> {
        let anything = kernel_module::key("admin", key, "", "");
        Ok(idempotency::find(self.db(), &anything).await?.is_some())
    }

    async fn kept(&self, key: &Key) -> Result<Answer, ImportError> {
        match idempotency::find(self.db(), key).await? {
            Some(Claim::Answered(answer)) => Ok(answer),
            Some(Claim::InFlight) => Err(KeyRefusal::InFlight.into()),
            _ => Err(KeyRefusal::Reused.into()),
        }
    }
}

async fn drain(bytes: impl Stream<Item = Result<Bytes, ImportError>>) -> Result<(), ImportError> {
    let mut bytes = pin!(bytes);
    while let Some(chunk) = bytes.next().await {
        chunk?;
    }
    Ok(())
}
