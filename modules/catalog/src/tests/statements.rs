//! The statements of catalog and their plans are as the snapshots have them.

use super::everywhere;

#[actix_web::test]
async fn snapshots() {
    everywhere(async |shop| {
        let statements = crate::persistence::statements();
        kernel_db::snapshot::hold(&shop.db, env!("CARGO_MANIFEST_DIR"), &statements).await.unwrap();
    })
    .await;
}
